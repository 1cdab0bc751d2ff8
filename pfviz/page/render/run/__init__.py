"""What stands around the pictures of one run: its answer, its particle, its tabs, its link."""
