"""A chat model as a process reward: asked whether the last step is right, in this process or behind an address."""
