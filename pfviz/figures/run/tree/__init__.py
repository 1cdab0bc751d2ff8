"""What the genealogy is made of: where a step stands, what is drawn of it, in which colour."""
