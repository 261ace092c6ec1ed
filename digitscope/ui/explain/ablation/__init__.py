"""Switch filters off: change a copy of the network for the worse, and see its answer and its accuracy move."""
