"""Builds the embedded pair from nothing and measures it: `pfviz train-tiny`."""
