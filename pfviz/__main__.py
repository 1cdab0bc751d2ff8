"""`python -m pfviz` is `pfviz`."""

from pfviz.cli import main

if __name__ == "__main__":
    main(prog_name="pfviz")
