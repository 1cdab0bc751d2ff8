"""A process reward model with weights of its own: a LoRA adapter and a two-label head, in the convention of TRL."""
