"""A visit → the value of every part of the page, as figures and safe HTML. Pure."""
