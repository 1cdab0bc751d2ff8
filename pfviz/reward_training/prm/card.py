"""The card of a trained reward model, as the Hub shows it: what it is, how it is asked, how it came about, what it is
worth."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np

from pfviz.reward_training.prm.measure import Measures
from pfviz.stats.estimate import Estimate

CURVE_POINTS = 8


def render_card(
    base: str, trained_on: Mapping[str, Any], losses: Sequence[float], updates: int, measures: Measures | None
) -> str:
    """The card in Markdown, after so many of the updates; `measures` is None where nothing was measured."""
    stopped = "" if len(losses) >= updates else f" It was stopped after {len(losses)} of {updates} updates."
    lines = [
        "---",
        f"base_model: {json.dumps(base)}",
        "library_name: transformers",
        "pipeline_tag: token-classification",
        "tags: [process-reward-model, trl, pfviz]",
        "---",
        "",
        f"# A process reward model from {base}",
        "",
        "A token classifier with two labels, in the convention of TRL's PRMTrainer: before the first step stand the "
        "beginning-of-sequence token, if there is one, and the problem; after each step stands a blank line, and the "
        "probability of label 1 at its last token says how likely the solution ends right. Each part is tokenised on "
        "its own. The weights have the LoRA adapter merged; `adapter/` has it apart, for peft.",
        "",
        "    pfviz run PROBLEM --model MODEL --reward-model FOLDER",
        "",
        "Trained on: " + ", ".join(f"{name} {value}" for name, value in trained_on.items()) + f".{stopped}",
        "",
        "Loss (nats a label, means of the updates in order): " + _curve(losses) + ".",
        "",
        *(_measure_lines(measures) if measures else ["Nothing was measured."]),
    ]
    return "\n".join(lines) + "\n"


def _curve(losses: Sequence[float]) -> str:
    parts = np.array_split(np.asarray(losses), min(CURVE_POINTS, len(losses))) if losses else []
    return ", ".join(f"{float(part.mean()):.3f}" for part in parts) or "none"


def _measure_lines(measures: Measures) -> list[str]:
    return [
        f"Measured on {measures.problems} problems with {measures.solutions} solutions that were not trained on. "
        "AUC is within problems, with a 95% interval over problems.",
        "",
        "| score | AUC |",
        "|---|---|",
        f"| this reward, complete solutions | {_interval(measures.complete)} |",
        f"| this reward, half-way | {_interval(measures.half_way)} |",
        *(f"| {name} (control) | {_interval(auc)} |" for name, auc in measures.controls.items()),
        "",
        "| after step | AUC | prefixes |",
        "|---|---|---|",
        *(f"| {one.step} | {_interval(one.auc)} | {one.prefixes} |" for one in measures.by_step),
        "",
        "| solutions | one | any | majority | best by this reward | vote weighted by it |",
        "|---|---|---|---|---|---|",
        *(
            f"| {n} | " + " | ".join(f"{share:.3f}" for share in astuple(picks)) + " |"
            for n, picks in measures.picks.items()
        ),
    ]


def _interval(estimate: Estimate) -> str:
    if not math.isfinite(estimate.value):
        return "–"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
