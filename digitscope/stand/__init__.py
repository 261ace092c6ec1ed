"""What a stand at an event keeps: drawings that visitors agreed to leave, the day's best, its own settings."""
