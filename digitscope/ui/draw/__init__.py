"""Drawing and the answer: canvas, photo, live channel, answer panels, timeline, preparations compared."""
