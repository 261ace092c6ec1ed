"""The page, in folders that say what they show. Only app.py and the server import it."""
