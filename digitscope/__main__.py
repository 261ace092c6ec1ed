"""`python -m digitscope COMMAND`, the same as the installed command `digitscope`."""

import sys

from digitscope.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
