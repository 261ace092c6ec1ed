"""The server: what we add to Streamlit's own: the live channel, headers, throttling, garbage collection."""
