"""The reward lab: where a reward model is wrong, over many runs."""
