"""Long computations in worker processes: training runs and personalised networks, and the queue they wait in."""
