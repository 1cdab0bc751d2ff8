"""Runs and studies as data sets of the Hugging Face Hub: with a card and tables."""
