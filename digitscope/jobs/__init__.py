"""Long work in processes of its own: training runs that outlive a rerun of the page, and a line for a room."""
