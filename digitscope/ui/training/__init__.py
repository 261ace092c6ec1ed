"""Training on the page: settings, runs, curves, evaluation."""
