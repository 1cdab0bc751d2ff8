"""Who computes for the page: the models to choose from, loading them, the queue, ZeroGPU."""
