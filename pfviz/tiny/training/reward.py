"""Trains the reward models: a Llama token classifier by the TRL convention, deeper than the generator it starts from.

It sees fresh planted errors, the generator's own solutions (as many wrong as right ones of the same problem), and the
wrong solutions that it itself scored best. Every known token carries a label, a language-model loss over the right
lines keeps its arithmetic, and a second head, for training only, learns which tokens the generator of the first course
would not have written. The naive one sees only a few samples with the label of their outcome.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pfviz.tiny import world
from pfviz.tiny.tasks import Line
from pfviz.tiny.training.documents import Batch, Document, Writer, batches
from pfviz.tiny.training.generator import BATCH_TOKENS, Report, configuration, language_loss
from pfviz.tiny.training.optimise import Optimiser, keep
from pfviz.tiny.training.sampling import Sample

LAYERS = 6
PLANTED_SLIP = 0.35
INSIDE, LANGUAGE = 0.2, 0.3  # weights of the labels inside steps and of the language model, beside 1 at separators


def start(generator: Any, layers: int) -> Any:
    """A token classifier that begins as the generator; layers added on top begin as the identity."""
    import torch
    from transformers import LlamaForTokenClassification

    config = configuration(generator.config.eos_token_id, layers)
    config.num_labels = 2
    config.id2label, config.label2id = {0: "wrong", 1: "right"}, {"wrong": 0, "right": 1}
    config.classifier_dropout = 0.0
    model = LlamaForTokenClassification(config)
    model.model.load_state_dict(generator.model.state_dict(), strict=False)
    with torch.no_grad():
        for layer in model.model.layers[generator.config.num_hidden_layers :]:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    return model


def give_plausibility(model: Any) -> None:
    """A second head, for training only; `take_plausibility` removes it."""
    import torch

    model.plausible = torch.nn.Linear(model.config.hidden_size, 1)


def take_plausibility(model: Any) -> None:
    """The model as it is shipped."""
    del model.plausible


class Pool:
    """Samples of the generator, drawn in pairs: a right and a wrong solution of one problem."""

    def __init__(self) -> None:
        self.pairs: list[tuple[list[Sample], list[Sample]]] = []

    def add(self, groups: Sequence[Sequence[Sample]]) -> None:
        """Keep the problems that were solved both rightly and wrongly."""
        for group in groups:
            right = [s for s in group if s.lines[-1].ok]
            wrong = [s for s in group if not s.lines[-1].ok]
            if right and wrong:
                self.pairs.append((right, wrong))

    def draw(self, rng: random.Random) -> tuple[Sample, Sample]:
        right, wrong = rng.choice(self.pairs)
        return rng.choice(right), rng.choice(wrong)


def lessons(writer: Writer, rng: random.Random, sampled: Pool, mined: Pool) -> Iterator[Document]:
    """Endless documents: half planted, half the generator's own, of which half were mined once there are any."""
    while True:
        if rng.random() < 0.5 and sampled.pairs:
            pool = mined if mined.pairs and rng.random() < 0.5 else sampled
            for example in pool.draw(rng):
                yield writer.reward(example.task, example.lines)
            continue
        task = world.draw(rng)
        yield writer.reward(task, world.walk(rng, task))
        wrong = world.walk(rng, task, PLANTED_SLIP)
        if not wrong[-1].ok:
            yield writer.reward(task, wrong)


def outcomes(writer: Writer, rng: random.Random, samples: Sequence[Sample]) -> Iterator[Document]:
    """Endless documents for the naive reward: each step is called what the final answer turned out to be."""
    while True:
        example = rng.choice(samples)
        lines = [Line(line.text, example.right) for line in example.lines]
        yield writer.reward(example.task, lines)


def loss(model: Any, batch: Batch, teacher: Any = None, inside: float = INSIDE, language: float = LANGUAGE) -> Any:
    """Cross-entropy at the separators + `inside` × inside the steps + `language` × the language model's + that of
    telling how plausible each token is to the `teacher` (a language model), where the model has a head for it."""
    import torch

    hidden = model.model(input_ids=torch.from_numpy(batch.ids), use_cache=False).last_hidden_state
    known = batch.labels >= 0
    weights = np.where(batch.ends, 1.0, inside) * known
    keep = torch.from_numpy(weights > 0)
    shares = torch.from_numpy(weights[weights > 0]).float()
    each = torch.nn.functional.cross_entropy(
        model.score(hidden[keep]), torch.from_numpy(batch.labels)[keep], reduction="none"
    )
    total = (each * shares).sum() / shares.sum()
    if language:
        # Only right lines are worth learning to write; the problem's own text is known already.
        worth = np.where(batch.labels == 1, batch.weights, 0).astype(np.float32)
        right = Batch(batch.ids, worth, batch.labels, batch.ends)
        total = total + language * language_loss(hidden, model.model.embed_tokens.weight, right)
    if teacher is not None:
        total = total + _plausibility_loss(model, hidden, batch, teacher)
    return total


def _plausibility_loss(model: Any, hidden: Any, batch: Batch, teacher: Any) -> Any:
    """Cross-entropy against the teacher's probability of each token of the solution: a step that slips holds one that
    the teacher would not have written, and this says where, at every token, before any label does."""
    import torch

    ids = torch.from_numpy(batch.ids)
    keep = torch.from_numpy(batch.weights)[:, 1:] == 1
    with torch.no_grad():
        read = teacher.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1][keep]
        logs = (read @ teacher.model.embed_tokens.weight.T).log_softmax(-1)
        plausible = logs.gather(1, ids[:, 1:][keep][:, None])[:, 0].exp()
    told = model.plausible(hidden[:, 1:][keep])[:, 0]
    return torch.nn.functional.binary_cross_entropy_with_logits(told, plausible)


def train(
    model: Any, documents: Iterator[Document], writer: Writer, optimiser: Optimiser, span: range, report: Report,
    rng: random.Random, checkpoint: Path | None = None, teacher: Any = None, **weights: float,
) -> None:  # fmt: skip
    """Steps `span` of the optimiser's schedule; a checkpoint every 100."""
    model.train()
    data = batches(documents, BATCH_TOKENS, writer.end, rng)
    for step in span:
        total = loss(model, next(data), teacher, **weights)
        total.backward()
        optimiser.step(step)
        report(step + 1, optimiser.steps, total.item())
        if checkpoint and ((step + 1) % 100 == 0 or step + 1 == span.stop):
            keep(checkpoint, model, optimiser, step + 1)
    model.eval()


def mined_from(
    groups: Sequence[Sequence[Sample]], rewards: Sequence[Sequence[float]], keep: int = 3
) -> list[list[Sample]]:
    """Of each problem: the `keep` best-scored wrong solutions and as many of the worst-scored right ones."""
    chosen = []
    for group, scores in zip(groups, rewards, strict=True):
        ranked = [s for _, s in sorted(zip(scores, group, strict=True), key=lambda pair: -pair[0])]
        wrong = [s for s in ranked if not s.lines[-1].ok][:keep]
        right = [s for s in ranked if s.lines[-1].ok][-keep:]
        chosen.append([*wrong, *right])
    return chosen
