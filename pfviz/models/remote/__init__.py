"""Engines behind a network address: any OpenAI-compatible server proposes, vLLM's pooling endpoint scores."""
