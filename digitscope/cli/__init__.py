"""The command line: one command a file, each described to argparse by `add_to`."""
