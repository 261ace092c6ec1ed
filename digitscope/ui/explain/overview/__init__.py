"""Overview: all layers on one screen, drawn as a network; a map opens into its kernels and its brightest spots."""
