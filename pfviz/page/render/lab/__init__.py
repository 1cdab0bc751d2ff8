"""The reward lab: its findings, the repair, the view."""
