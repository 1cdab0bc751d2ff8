"""The prefixes of many runs as one table, and what can be seen of each from outside."""
