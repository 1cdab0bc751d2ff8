"""A reward repaired: calibrated on what is known, judged on other problems, and what it would have changed."""
