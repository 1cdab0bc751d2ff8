"""What a model has computed of each row: caches that are forked, one for each architecture that needs its own way."""
