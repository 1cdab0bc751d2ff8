"""What runs were made with, where that differs: problem, models, method, seed, settings, versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pfviz.inference.methods import METHODS
from pfviz.inference.settings import SETTINGS
from pfviz.trace.trace import Trace

NOT_USED = "–"
"""Stands for a setting that a run's method does not have, or that was not recorded."""
_OF_EVERY_METHOD = ("steps", "limits")  # groups of settings


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same in all runs: its key, what it is called, and its value in each, as text."""

    key: str
    name: str
    values: tuple[str, ...]


def list_differences(traces: Sequence[Trace]) -> list[Difference]:
    """Return what differs, the most telling first. A setting counts only for runs whose method has it, so that one
    that only some of them have is a difference of their methods, not one of its own."""
    parts = {
        "problem": [trace.problem for trace in traces],
        "method": [method_title(trace.method) for trace in traces],
        "generator": [trace.generator for trace in traces],
        "reward": [trace.reward for trace in traces],
        "seed": [str(trace.seed) for trace in traces],
    }
    names = {"reward": "Reward model", "pick": "Answer is that of"}
    for key in dict.fromkeys(key for trace in traces for key in trace.settings):
        parts[key] = [_setting_value(trace, key) for trace in traces]
        names.setdefault(key, SETTINGS[key].label if key in SETTINGS else key.replace("_", " ").capitalize())
    parts["status"] = [trace.status for trace in traces]
    for key in dict.fromkeys(key for trace in traces for key in trace.versions):
        parts[f"version {key}"] = [str(trace.versions.get(key, NOT_USED)) for trace in traces]
        names[f"version {key}"] = f"Version of {key}"
    return [
        Difference(key, names.get(key, key.capitalize()), tuple(values))
        for key, values in parts.items()
        if len(set(values) - {NOT_USED}) > 1
    ]


def method_title(method: str) -> str:
    """Return what a method is called; its name where it is not known here."""
    return METHODS[method].title if method in METHODS else method


def _setting_value(trace: Trace, key: str) -> str:
    value = trace.settings.get(key)
    return _format_value(key, value) if value is not None and _has_setting(trace.method, key) else NOT_USED


def _has_setting(method: str, key: str) -> bool:
    if method not in METHODS or key not in SETTINGS:
        return True
    return SETTINGS[key].group in _OF_EVERY_METHOD or key in METHODS[method].setting_names


def _format_value(key: str, value: Any) -> str:
    choices = SETTINGS[key].choices if key in SETTINGS else {}
    if choices:
        return choices.get(str(value), str(value))
    return f"{value:g}" if isinstance(value, float) else str(value)
