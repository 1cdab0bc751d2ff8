"""A run → a file for another program: one format a file, all of them in `registry.py`."""
