"""Studies: every method at every budget on many problems, one unit of work at a time, and the numbers they come to."""
