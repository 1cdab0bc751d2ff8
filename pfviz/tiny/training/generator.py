"""Trains the embedded generator: a small Llama that takes two courses.

First the mathematics, from solutions that are nearly all right. Then the ways people fail: solutions in which every
step slips now and then and goes on consistently. A generator that never fails would leave a particle filter nothing to
show; the reward model starts from the first course.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pfviz.tiny import tokenizer as tokens
from pfviz.tiny import world
from pfviz.tiny.training.documents import Batch, DocumentWriter, batches, solution_documents
from pfviz.tiny.training.optimise import Optimiser, restore_checkpoint, save_checkpoint

BATCH_TOKENS = 4096
LossCallback = Callable[[int, int, float], None]  # (step, of how many, loss)


def build_tokenizer(folder: Path, seed: int = 0) -> None:
    """Train the tokenizer on the world's texts and save it."""
    rng = random.Random(seed)

    def text() -> str:
        task = world.draw_task(rng)
        return tokens.SEPARATOR.join(
            [task.text, *(line.text for line in world.write_solution(rng, task, SLIPS_COURSE.slip))]
        )

    tokens.save(tokens.build(text() for _ in range(30_000)), folder)


def load_writer(folder: Path) -> DocumentWriter:
    """The writer of documents with the tokenizer saved in `folder`."""
    from transformers import AutoTokenizer

    backend = AutoTokenizer.from_pretrained(folder, local_files_only=True).backend_tokenizer
    return DocumentWriter(lambda text: list(backend.encode(text, add_special_tokens=False).ids))


def model_config(end: int, layers: int = 4) -> Any:
    """1.7 M parameters in the shape of Llama with biases, which is Qwen2's but for one bias.

    Not Qwen2 itself: for that model type AutoTokenizer puts Qwen2's own pre-tokenizer in place of the saved one.
    """
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=tokens.VOCABULARY_SIZE,
        hidden_size=192,
        num_hidden_layers=layers,
        num_attention_heads=6,
        num_key_value_heads=2,
        intermediate_size=448,
        attention_bias=True,
        tie_word_embeddings=True,
        max_position_embeddings=1024,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=end,
    )


def language_loss(hidden: Any, embedding: Any, batch: Batch) -> Any:
    """Weighted next-token loss, 0 where no token has a weight; hidden (B, L, D), embedding (V, D) is also the output
    layer."""
    import torch

    weights = torch.from_numpy(batch.weights)[:, 1:]
    keep = weights > 0
    logits = hidden[:, :-1][keep] @ embedding.T
    losses = torch.nn.functional.cross_entropy(logits, torch.from_numpy(batch.ids)[:, 1:][keep], reduction="none")
    return (losses * weights[keep]).sum() / weights.sum().clamp(min=1e-6)


@dataclass(frozen=True, slots=True)
class TrainingCourse:
    """One course of training: how often steps slip, the shares of the kinds before and in the decay, and the rates."""

    name: str
    slip: float
    early: tuple[float, ...]
    late: tuple[float, ...]
    matrix_rate: float
    rate: float
    decay: float


# Arithmetic has the most to learn per token, so it comes first.
MATHEMATICS_COURSE = TrainingCourse("mathematics", 0.03, (6.0, 2.0, 2.0), (3.5, 3.5, 3.0), 1e-2, 4e-3, 0.4)
SLIPS_COURSE = TrainingCourse("slips", 0.2, (3.0, 4.5, 2.5), (3.0, 4.5, 2.5), 4e-3, 1.5e-3, 0.9)


def train(
    course: TrainingCourse,
    tokenizer: Path,
    start: Path | None,
    out: Path,
    work: Path,
    steps: int,
    report: LossCallback,
    seed: int = 1,
) -> None:
    """Take a course into `out`, from the model in `start` or from nothing; resumes from a checkpoint in `work`."""
    import torch
    from transformers import LlamaForCausalLM

    torch.manual_seed(seed)
    writer = load_writer(tokenizer)
    model = LlamaForCausalLM.from_pretrained(start) if start else LlamaForCausalLM(model_config(writer.end))
    optimiser = Optimiser(model, steps, course.matrix_rate, course.rate, course.decay)
    checkpoint = work / f"generator-{course.name}.pt"
    first = restore_checkpoint(checkpoint, model, optimiser)
    rng = random.Random(f"{course.name} {seed} {first}")
    shares = course.early
    data = batches(solution_documents(writer, rng, course.slip, shares), BATCH_TOKENS, writer.end, rng)
    for step in range(first, steps):
        if shares != course.late and optimiser.is_decaying(step):
            shares = course.late
            data = batches(solution_documents(writer, rng, course.slip, shares), BATCH_TOKENS, writer.end, rng)
        batch = next(data)
        hidden = model.model(input_ids=torch.from_numpy(batch.ids), use_cache=False).last_hidden_state
        loss = language_loss(hidden, model.model.embed_tokens.weight, batch)
        loss.backward()
        optimiser.step(step)
        report(step + 1, steps, loss.item())
        if (step + 1) % 100 == 0 or step + 1 == steps:
            save_checkpoint(checkpoint, model, optimiser, step + 1)
    model.save_pretrained(out)
