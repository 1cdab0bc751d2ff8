"""What a notebook shows of a run, of runs side by side and of a diagnosis, where one is the last line of a cell."""
