"""A stand at an event: drawings that visitors allowed it to keep, leaderboards, settings, and the command line."""
