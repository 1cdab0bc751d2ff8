"""The settings of a run as typed on the page → keyword arguments of the engine, or a message for each field."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from pfviz.errors import ProblemError, SettingError
from pfviz.inference.methods import DEFAULT_METHOD, METHODS, make_method
from pfviz.inference.settings import SETTINGS, Settings
from pfviz.page.components.html import error_message, fill
from pfviz.page.serving.model_menu import LONG_RUN_SETTINGS, OTHER_MODEL, ModelMenu
from pfviz.problems.problem import Problem
from pfviz.text import pluralise

METHOD_CHOICES = tuple((method.title, name) for name, method in METHODS.items())
SHOWN_SETTINGS = {name: known for name, known in SETTINGS.items() if known.group != "limits"}
"""The settings that the form has, in its order."""

EXAMPLE = "Compute (12 + 7) * 3 - 45"
"""Stands in the empty field of the problem, and is run if nothing else is typed."""
MAX_TRUTH_CHARS = 400  # characters
MODEL_DEFAULTS = {"models": "embedded", "reward": "embedded", "generator": "", "typed_reward": ""}
MODEL_FIELDS = tuple(MODEL_DEFAULTS)
"""Who runs: a choice of the list and one of its reward models, or two names."""
DEFAULTS: dict[str, Any] = {
    "method": DEFAULT_METHOD,
    **{name: known.default for name, known in SHOWN_SETTINGS.items() if known.group == "main"},
    **MODEL_DEFAULTS,
    **{name: known.text for name, known in SHOWN_SETTINGS.items() if known.group != "main"},
    "truth": "",
}
FIELDS = ("problem", *DEFAULTS)
FOLDED_FIELDS = frozenset(
    ("truth", *(name for name, known in SHOWN_SETTINGS.items() if known.group in ("folded", "seed")))
)
STEP_FIELDS = frozenset(name for name, known in SHOWN_SETTINGS.items() if known.group == "steps")
"""Those under "Steps", folded too."""
SIZE_FIELDS = tuple(name for name, known in SHOWN_SETTINGS.items() if known.counts_generations)
"""What the number of generations depends on."""

FieldErrors = dict[str, str]
"""Field → what is wrong with it, as text."""


def read_form(form: Mapping[str, Any], menu: ModelMenu) -> tuple[dict[str, Any], FieldErrors]:
    """The problem and the settings of a form (a key per field) and what is wrong with it; run only if nothing is.

    A field that the chosen method does not have is hidden on the page, so it is left out here.
    """
    errors: FieldErrors = {}
    settings: dict[str, Any] = {}
    try:
        settings["problem"] = Problem.from_text(str(form["problem"] or ""))
    except ProblemError as error:
        errors["problem"] = str(error)
    for field in (
        field for field, seen in visible_fields(form["method"]).items() if seen and field not in MODEL_FIELDS
    ):
        try:
            settings[field] = _check_field(field, form[field])
        except SettingError as error:
            errors[field] = str(error)
    _read_models(form, menu, settings, errors)
    return settings, errors


def _read_models(form: Mapping[str, Any], menu: ModelMenu, settings: dict[str, Any], errors: FieldErrors) -> None:
    """Who writes and who scores, from the list or as typed."""
    try:
        if form["models"] != OTHER_MODEL:
            settings["generator"], settings["reward"], more = menu.resolve_pair(form["models"], form["reward"])
            settings |= more
            return
    except SettingError as error:
        errors[error.field] = str(error)
        return
    settings |= LONG_RUN_SETTINGS
    for field, setting in (("generator", "generator"), ("typed_reward", "reward")):
        try:
            settings[setting] = menu.check_typed_name(field, form[field])
        except SettingError as error:
            errors[error.field] = str(error)


def _check_field(field: str, value: Any) -> Any:
    """The value of one field; each is checked on its own, so that all that is wrong is said at once."""
    if field == "method":
        if value not in METHODS:
            raise SettingError(field, "Choose one of the methods.")
        return value
    if field == "truth":
        return str(value or "").strip()[:MAX_TRUTH_CHARS] or None
    if SETTINGS[field].check_text is None and (value is None or not str(value).strip()):
        raise SettingError(field, f"This field is empty; the usual value is {DEFAULTS[field]}.")
    known = SETTINGS[field]
    if known.check_text is not None:
        return known.check(field, value or "")
    if isinstance(value, str):
        value = value.strip().replace("−", "-")
    checked = known.check(field, value)
    if known.page_high is not None and isinstance(checked, int) and checked > known.page_high:
        raise SettingError(
            field,
            f"{known.label} is {checked}; on this page it must lie between {known.low} and {known.page_high}.",
        )
    return checked


def read_particles(value: Any) -> int:
    """The number of particles that is set; raises `SettingError` if it is none, or too many for this page."""
    return int(_check_field("particles", value))


def visible_fields(method: Any) -> dict[str, bool]:
    """Field → whether the method has it; everything for one that does not exist."""
    uses = METHODS[method].setting_names if method in METHODS else SHOWN_SETTINGS.keys()
    return {
        field: field not in SHOWN_SETTINGS or SHOWN_SETTINGS[field].group in ("steps", "seed") or field in uses
        for field in DEFAULTS
    }


def describe_method(method: Any, *typed: Any) -> str:
    """The method in one sentence, and what it costs: the generations that the typed `SIZE_FIELDS` come to."""
    sentence = METHODS[method].description if method in METHODS else ""
    return fill("run/method.html.j2", sentence=sentence, cost=_describe_cost(method, typed))


def _describe_cost(method: Any, typed: tuple[Any, ...]) -> str:
    try:
        settings = Settings(
            **{field: _check_field(field, value) for field, value in zip(SIZE_FIELDS, typed, strict=False)}
        )
        generations = make_method(method, settings).generations
    except SettingError:  # said at its field when the run is started
        return ""
    return f"{pluralise(generations, 'solution')} in all."


def preview(problem: str | None) -> tuple[str, str]:
    """The problem as it will be read, and what is wrong with it; nothing of both for an empty box."""
    if not (problem or "").strip():
        return "", ""
    try:
        return fill("run/preview.html.j2", problem=Problem.from_text(str(problem)).text), ""
    except ProblemError as error:
        return "", error_message(str(error))


def random_seed() -> str:
    """A fresh seed. Not of a run's own stream: it chooses the run."""
    return str(random.SystemRandom().randrange(10_000))
