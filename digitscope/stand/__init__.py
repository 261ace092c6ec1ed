"""A stand at an event: the drawings that visitors allowed it to keep, leaderboards, settings, and their command line."""
