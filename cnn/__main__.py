"""`python -m cnn COMMAND`: the project's command line under the network's name; see `digitscope/cli/`."""

import sys
from importlib import import_module

if __name__ == "__main__":
    # By name, so that the network's package depends on nothing above it.
    sys.exit(import_module("digitscope.cli.main").main(prog="python -m cnn"))
