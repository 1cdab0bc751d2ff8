"""What a trace says of its reward model: right and wrong steps, what it misjudged, other rewards and rules."""
