"""What would change it: the drawing in hundreds of small variations, all read in one batch."""
