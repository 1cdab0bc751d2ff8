"""Commands about reward models: check one, repair one, train one, and the labels for it."""
