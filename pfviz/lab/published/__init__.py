"""Numbers that others published of reward models, to stand beside one's own."""
