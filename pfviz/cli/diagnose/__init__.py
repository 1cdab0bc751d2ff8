"""`pfviz diagnose`: where a reward model is wrong, over many runs."""
