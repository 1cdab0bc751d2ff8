"""A run against its_hub's ParticleFiltering, which works in a process and an environment of its own."""
