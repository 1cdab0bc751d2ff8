"""Traces of runs that pfviz did not make: what is known of them, laid out in the columns of a trace."""
