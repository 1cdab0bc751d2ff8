"""Trains the reward model: a Llama token classifier by the TRL convention, deeper than the generator it stands on.

Its first layers are the generator after its first course, frozen: they know the arithmetic. The layers above learn to
compare what those expected next with what was written, which is how a slip shows. They see misprinted solutions, fresh
planted errors, the generator's own solutions (a right and a wrong one of the same problem), and the wrong solutions
that the reward itself scored best. Every known token carries a label, and a second head, for training only, learns how
plausible each token was to the frozen layers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pfviz.tiny import world
from pfviz.tiny.training.documents import Batch, Document, DocumentWriter, batches, misprint
from pfviz.tiny.training.generator import BATCH_TOKENS, LossCallback, model_config
from pfviz.tiny.training.optimise import Optimiser, save_checkpoint
from pfviz.tiny.training.sampling import Sample

LAYER_COUNT = 7
# RMSNorm makes a model blind to the scale of its residual stream, and training lets that scale grow: to a root mean
# square of about 150. New layers of the usual size would not be heard in it for thousands of steps.
RESIDUAL_SCALE = 0.01
NEW_LAYER_STD = 0.07  # standard deviation of their matrices: about that of the others, in a stream of scale 1
MISPRINTED_SHARE, PLANTED_SHARE = 0.5, 0.25  # shares of the documents; the rest are the generator's own
MISPRINT_RATES = (0.02, 0.1)  # shares of the digits
PLANTED_SLIP_RATE = 0.35
INSIDE_WEIGHT = 0.2  # weight of the labels inside steps, beside 1 at separators


def make_reward_model(generator: Any, layers: int) -> Any:
    """A token classifier whose first layers compute what the generator's do, and are frozen; the others are new."""
    import torch
    from transformers import LlamaForTokenClassification

    config = model_config(generator.config.eos_token_id, layers)
    config.rms_norm_eps = generator.config.rms_norm_eps * RESIDUAL_SCALE**2
    config.num_labels = 2
    config.id2label, config.label2id = {0: "wrong", 1: "right"}, {"wrong": 0, "right": 1}
    config.classifier_dropout = 0.0
    model = LlamaForTokenClassification(config)
    model.model.load_state_dict(generator.model.state_dict(), strict=False)
    known = generator.config.num_hidden_layers
    model.model.embed_tokens.requires_grad_(False)
    with torch.no_grad():
        model.model.embed_tokens.weight.mul_(RESIDUAL_SCALE)
        for layer in model.model.layers[:known]:
            layer.requires_grad_(False)
            layer.self_attn.o_proj.weight.mul_(RESIDUAL_SCALE)
            layer.mlp.down_proj.weight.mul_(RESIDUAL_SCALE)
        for layer in model.model.layers[known:]:
            for name, parameter in layer.named_parameters():
                if name.endswith("proj.weight"):
                    parameter.normal_(std=NEW_LAYER_STD)
            bias_to_previous_token(layer.self_attn)
    return model


def bias_to_previous_token(attention: Any, strength: float = 6.0, pairs: int = 4) -> None:
    """Half of the heads begin by looking at the token before, where it was said what should stand here.

    A bias b of the keys and its rotation by one place for the queries score Σ |b|² cos((distance - 1) θ) under rotary
    positions, which is highest at a distance of one; the fastest few angles make that peak sharp.
    """
    import torch

    config, size = attention.config, attention.head_dim
    angles = config.rope_parameters["rope_theta"] ** (-torch.arange(size // 2) / (size // 2))
    key = torch.where(torch.arange(size // 2) < pairs, strength, 0.0)
    query = torch.cat([key * angles.cos(), -key * angles.sin()])
    heads = config.num_attention_heads // 2, config.num_key_value_heads // 2
    attention.q_proj.bias[: heads[0] * size] = query.repeat(heads[0])
    attention.k_proj.bias[: heads[1] * size] = torch.cat([key, torch.zeros(size // 2)]).repeat(heads[1])


def add_plausibility_head(model: Any) -> None:
    """A second head, for training only; `remove_plausibility_head` removes it."""
    import torch

    model.plausible = torch.nn.Linear(model.config.hidden_size, 1)


def remove_plausibility_head(model: Any) -> Any:
    """Removes the second head and returns it: the model as it is shipped has none."""
    head = model.plausible
    del model.plausible
    return head


class SamplePool:
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


def training_documents(
    writer: DocumentWriter, rng: random.Random, sampled: SamplePool, mined: SamplePool
) -> Iterator[Document]:
    """Endless documents: misprinted, planted, and the generator's own, of which half were mined once there are any."""
    while True:
        lot = rng.random()
        if lot < MISPRINTED_SHARE:
            task = world.draw_task(rng)
            yield misprint(
                writer.reward_document(task, world.write_solution(rng, task)),
                writer.digits,
                rng.choice(MISPRINT_RATES),
                rng,
            )
        elif lot < MISPRINTED_SHARE + PLANTED_SHARE or not sampled.pairs:
            task = world.draw_task(rng)
            yield writer.reward_document(task, world.write_solution(rng, task))
            wrong = world.write_solution(rng, task, PLANTED_SLIP_RATE)
            if not wrong[-1].ok:
                yield writer.reward_document(task, wrong)
        else:
            pool = mined if mined.pairs and rng.random() < 0.5 else sampled
            for example in pool.draw(rng):
                yield writer.reward_document(example.task, example.lines)


def loss(model: Any, batch: Batch, generator: Any, inside: float = INSIDE_WEIGHT) -> Any:
    """Cross-entropy at the separators + `inside` × inside the steps + that of telling how plausible each token is.

    The `generator` is the one that `make_reward_model` was given: its last norm and its vocabulary turn the stream of
    the frozen layers into what they expect next.
    """
    import torch

    read = model.model(input_ids=torch.from_numpy(batch.ids), use_cache=False, output_hidden_states=True)
    weights = np.where(batch.ends, 1.0, inside) * (batch.labels >= 0)
    labelled = torch.from_numpy(weights > 0)
    shares = torch.from_numpy(weights[weights > 0]).float()
    each = torch.nn.functional.cross_entropy(
        model.score(read.last_hidden_state[labelled]), torch.from_numpy(batch.labels)[labelled], reduction="none"
    )
    stream = read.hidden_states[generator.config.num_hidden_layers]
    return (each * shares).sum() / shares.sum() + _plausibility_loss(
        model, stream, read.last_hidden_state, batch, generator
    )


def _plausibility_loss(model: Any, stream: Any, hidden: Any, batch: Batch, generator: Any) -> Any:
    """Cross-entropy against the probability that the frozen layers gave each token of the solution: a step that slips
    holds one that they would not have written, and this says where, at every token, before any label does.

    Such tokens are few, so the plausible and the implausible ones weigh the same in total. The separators are left out:
    the last one stands where a generator ends.
    """
    import torch

    ids = torch.from_numpy(batch.ids)
    words = torch.from_numpy((batch.weights == 1) & ~batch.ends)[:, 1:]
    with torch.no_grad():
        logs = generator.lm_head(generator.model.norm(stream[:, :-1][words])).log_softmax(-1)
        plausible = logs.gather(1, ids[:, 1:][words][:, None])[:, 0].exp()
        weights = plausible / plausible.sum() + (1 - plausible) / (1 - plausible).sum().clamp(min=1e-6)
    told = model.plausible(hidden[:, 1:][words])[:, 0]
    each = torch.nn.functional.binary_cross_entropy_with_logits(told, plausible, reduction="none")
    return (each * weights).sum() / 2


def train(
    model: Any, documents: Iterator[Document], writer: DocumentWriter, generator: Any, optimiser: Optimiser,
    span: range,
    report: LossCallback, rng: random.Random, checkpoint: Path | None = None,
) -> None:  # fmt: skip
    """Steps `span` of the optimiser's schedule; a checkpoint every 100."""
    model.train()
    data = batches(documents, BATCH_TOKENS, writer.end, rng)
    for step in span:
        total = loss(model, next(data), generator)
        total.backward()
        optimiser.step(step)
        report(step + 1, optimiser.steps, total.item())
        if checkpoint and ((step + 1) % 100 == 0 or step + 1 == span.stop):
            save_checkpoint(checkpoint, model, optimiser, step + 1)
    model.eval()


def select_mined(
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
