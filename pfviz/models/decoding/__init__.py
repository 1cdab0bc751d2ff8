"""A causal language model of transformers as a generator of steps, each token computed once."""
