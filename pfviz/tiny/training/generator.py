"""Trains the embedded generator: a small Qwen2 that has read pupils' solutions, slips included.

It is taught by solutions in which every step slips with probability SLIP and then goes on consistently, so it can do
the mathematics and can fail the way people do. A generator that never fails would leave a particle filter nothing to show.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pfviz.tiny import tokenizer as tokens
from pfviz.tiny import world
from pfviz.tiny.training.documents import Batch, Writer, batches, solutions
from pfviz.tiny.training.optimise import Optimiser

SLIP = 0.03
SHARES = (6.0, 2.0, 2.0)  # arithmetic carries the most to learn per token
BATCH_TOKENS = 4096
Report = Callable[[int, int, float], None]  # (step, of how many, loss)


def build_tokenizer(folder: Path, seed: int = 0) -> None:
    """Train the tokenizer on the world's texts and save it."""
    rng = random.Random(seed)

    def text() -> str:
        task = world.draw(rng)
        return tokens.SEPARATOR.join([task.text, *(line.text for line in world.walk(rng, task, SLIP))])

    tokens.save(tokens.build(text() for _ in range(30_000)), folder)


def writer_for(folder: Path) -> Writer:
    """The writer of documents with the tokenizer saved in `folder`."""
    from transformers import AutoTokenizer

    backend = AutoTokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer
    return Writer(lambda text: list(backend.encode(text, add_special_tokens=False).ids))


def configuration(end: int, layers: int = 4) -> Any:
    """1.7 M parameters in the shape of Qwen2."""
    from transformers import Qwen2Config

    return Qwen2Config(
        vocab_size=tokens.SIZE,
        hidden_size=192,
        num_hidden_layers=layers,
        num_attention_heads=6,
        num_key_value_heads=2,
        intermediate_size=448,
        tie_word_embeddings=True,
        max_position_embeddings=1024,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=end,
    )


def language_loss(hidden: Any, embedding: Any, batch: Batch) -> Any:
    """Weighted next-token loss; hidden (B, L, D), embedding (V, D) is also the output layer."""
    import torch

    weights = torch.from_numpy(batch.weights)[:, 1:]
    keep = weights > 0
    logits = hidden[:, :-1][keep] @ embedding.T
    losses = torch.nn.functional.cross_entropy(logits, torch.from_numpy(batch.ids)[:, 1:][keep], reduction="none")
    return (losses * weights[keep]).sum() / weights.sum()


def train(folder: Path, work: Path, steps: int, report: Report, seed: int = 1) -> None:
    """Train into `folder` (which holds the tokenizer), with a checkpoint in `work` every 100 steps; resumes from it."""
    import torch
    from transformers import Qwen2ForCausalLM

    torch.manual_seed(seed)
    writer = writer_for(folder)
    model = Qwen2ForCausalLM(configuration(writer.end))
    optimiser = Optimiser(model, steps, matrix_rate=1e-2, rate=4e-3)
    checkpoint, start = work / "generator.pt", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimiser.load(saved["optimiser"])
        start = saved["step"]
    rng = random.Random(seed * 1000 + start)
    data = batches(solutions(writer, rng, SLIP, SHARES), BATCH_TOKENS, writer.end, rng)
    for step in range(start, steps):
        batch = next(data)
        hidden = model.model(input_ids=torch.from_numpy(batch.ids), use_cache=False).last_hidden_state
        loss = language_loss(hidden, model.model.embed_tokens.weight, batch)
        loss.backward()
        optimiser.step(step)
        report(step + 1, steps, loss.item())
        if (step + 1) % 100 == 0 or step + 1 == steps:
            torch.save(
                {"model": model.state_dict(), "optimiser": optimiser.state(), "step": step + 1},
                checkpoint.with_suffix(".new"),
            )
            checkpoint.with_suffix(".new").replace(checkpoint)
    model.save_pretrained(folder)
