"""The page: one file a panel. Nothing but app.py imports this package."""
