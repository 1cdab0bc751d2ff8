"""Process reward models of transformers, a file for each protocol."""
