"""What stands in a fitted reward's file beside its numbers, and the same as a page for readers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, astuple
from typing import Any

from pfviz.models.rewards.hidden_state import Pairing
from pfviz.reward_training.pipeline import Evaluation, Fitted
from pfviz.stats.estimate import Estimate


def build_card(
    fitted: Fitted, pairing: Pairing, sampling: Mapping[str, Any], versions: Mapping[str, str]
) -> dict[str, Any]:
    """The card as JSON; numbers that are not known are null."""
    evaluation = fitted.evaluation
    return {
        "generator": pairing.generator,
        "steps": pairing.steps,
        "layer": fitted.reading.layer,
        "penalty": fitted.penalty,
        "sampling": dict(sampling),
        "versions": dict(versions),
        "layers_tried": {str(layer): _number(auc) for layer, auc in fitted.layers_tried.items()},
        "penalties_tried": {f"{penalty:g}": _number(auc) for penalty, auc in fitted.penalties_tried.items()},
        "learning_curve": [[count, _number(auc)] for count, auc in fitted.curve],
        "measured": {
            "held_out": evaluation.held_out,
            "problems": evaluation.problems,
            "auc_complete": _interval(evaluation.complete),
            "auc_half_way": _interval(evaluation.half_way),
            "by_step": [
                {"step": one.step, "auc": _interval(one.auc), "slope": _number(one.slope), "prefixes": one.prefixes}
                for one in evaluation.by_step
            ],
            "controls": {name: _interval(auc) for name, auc in evaluation.controls.items()},
            "picks": {
                str(n): {key: _number(value) for key, value in asdict(picks).items()}
                for n, picks in evaluation.picks.items()
            },
        },
    }


def _number(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _interval(estimate: Estimate) -> list[float | None]:
    """[value, low, high]."""
    return [_number(estimate.value), _number(estimate.low), _number(estimate.high)]


def render_card(fitted: Fitted, pairing: Pairing, sampling: Mapping[str, Any]) -> str:
    """The card in Markdown."""
    evaluation = fitted.evaluation
    where = (
        f"{evaluation.problems} problems that were not fitted on"
        if evaluation.held_out
        else f"the {evaluation.problems} training problems, each by a fit without it"
    )
    lines = [
        f"# A reward from the hidden states of {pairing.generator}",
        "",
        f"It reads layer {fitted.reading.layer} while the generator writes, and gives the calibrated probability that "
        "the solution ends right. It belongs to these weights, this prompt and steps that end "
        f"{pairing.steps}; another pairing is refused or warned of.",
        "",
        "Fitted on: " + ", ".join(f"{name} {value}" for name, value in sampling.items()) + ".",
        "",
        f"Measured on {where}. AUC is within problems, with a 95% interval over problems.",
        "",
        "| score | AUC |",
        "|---|---|",
        f"| this reward, complete solutions | {_text(evaluation.complete)} |",
        f"| this reward, half-way | {_text(evaluation.half_way)} |",
        *(f"| {name} (control) | {_text(auc)} |" for name, auc in evaluation.controls.items()),
        "",
        *_step_lines(evaluation),
        "",
        "| solutions | one | any | majority | best by this reward | vote weighted by it |",
        "|---|---|---|---|---|---|",
        *(_row(n, *astuple(picks)) for n, picks in evaluation.picks.items()),
        "",
        "Learning curve (problems with right and wrong solutions, AUC of complete ones): "
        + ", ".join(f"{count}: {auc:.3f}" for count, auc in fitted.curve)
        + ".",
    ]
    return "\n".join(lines) + "\n"


def _row(n: int, *shares: float) -> str:
    return f"| {n} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"


def _step_lines(evaluation: Evaluation) -> list[str]:
    found = ["| after step | AUC | slope | prefixes |", "|---|---|---|---|"]
    last = len(evaluation.by_step)
    for one in evaluation.by_step:
        later = " and later" if one.step == last else ""
        found.append(f"| {one.step}{later} | {_text(one.auc)} | {one.slope:.2f} | {one.prefixes} |")
    return found


def _text(estimate: Estimate) -> str:
    if not math.isfinite(estimate.value):
        return "–"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
