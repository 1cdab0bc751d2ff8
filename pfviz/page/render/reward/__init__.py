"""The tab "Reward check": its questions, their answers, and what models replied."""
