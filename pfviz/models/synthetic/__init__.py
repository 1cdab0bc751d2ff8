"""Models of the synthetic world: no weights, and an error rate that is known."""
