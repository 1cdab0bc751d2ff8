"""The problem, its steps, and its answers."""
