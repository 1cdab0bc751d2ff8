"""What one browser tab sees, and what it asked."""
