"""A Python function as a reward by its name, `module:function`, as the command line takes it.

Naming one runs the program code of its module. So only what a user types himself is looked up here: no registry of
models calls this, and a trace, a file or a visitor of a page that names a function is refused.
"""

from __future__ import annotations

import copy
import importlib
import re
import sys
from pathlib import Path
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.prm.registry import PROTOCOLS
from pfviz.models.rewards.function import FunctionReward
from pfviz.text import shorten
from pfviz.types import RewardModel

RESERVED = frozenset({"endpoint", "judge", *PROTOCOLS})
"""What stands before a colon in the names of other rewards."""
_IDENTIFIERS = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_NAME = re.compile(rf"{_IDENTIFIERS}:{_IDENTIFIERS}")

REFUSAL = (
    "{name!r} names a Python function, which would run program code: it is taken only where somebody types it on a "
    "command line, as `--reward module:function`. From Python give the function itself; on the page choose a reward of "
    "the list."
)


def is_function_name(name: str) -> bool:
    """Whether a name reads like `module:function`, both of which may have dots."""
    return _NAME.fullmatch(name) is not None and name.partition(":")[0] not in RESERVED


def load_function_reward(name: str) -> RewardModel:
    """The reward model of that name, which is what a trace records: from a function of (problem text, steps), or, as
    what `pfviz.reward(fn, batch=True)` made, one of (problem text, prefixes); any reward model that stands there.

    Modules of the working folder are found. Raises `ModelError` where there is no such module or function, and where
    what stands there cannot be called.
    """
    module_name, _, place = name.partition(":")
    found = _find(name, _import(name, module_name), place)
    if isinstance(found, type) or not (isinstance(found, RewardModel) or callable(found)):
        kind = "a class" if isinstance(found, type) else f"a {type(found).__name__}"
        raise ModelError(
            f"The reward {name!r} is {kind}; expected a function of (problem text, steps) that returns a number in "
            "[0, 1], or what pfviz.reward made of one."
        )
    if not isinstance(found, RewardModel):
        return FunctionReward(found, name)
    named = copy.copy(found)
    named.name = name
    return named


def _import(name: str, module_name: str) -> Any:
    folder = str(Path.cwd())
    if folder not in sys.path:  # a command that pip installed looks for modules beside itself only
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(f"{missing}."):
            said = f"there is no module {missing!r} in {folder}, nor among the installed packages"
        else:
            said = f"its module needs {missing!r}, which is not installed"
        raise ModelError(f"The reward {name!r} was not found: {said}.") from error
    except Exception as error:  # whatever somebody's module raises while it is read
        words = shorten(f"{type(error).__name__}: {error}", 200)
        raise ModelError(f"The reward {name!r} was not loaded: its module raised {words}.") from error


def _find(name: str, module: Any, place: str) -> Any:
    found = module
    for part in place.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            there = sorted(key for key, value in vars(module).items() if callable(value) and not key.startswith("_"))
            listed = f" It has: {shorten(', '.join(there), 200)}." if there else ""
            raise ModelError(f"The reward {name!r} was not found: its module has no {place!r}.{listed}") from error
    return found
