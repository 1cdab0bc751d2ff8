"""`python -m benchmarks` is `pfviz bench`."""

import sys

from pfviz.cli import main

if __name__ == "__main__":
    main(["bench", *sys.argv[1:]], prog_name="pfviz")
