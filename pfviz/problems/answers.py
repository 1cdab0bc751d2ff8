r"""When an answer is right: one rule, that of canonical forms, decides grading and the vote alike.

math-verify is asked only where a form is neither exact nor words, so that nothing is known of it but its text.
"""

from __future__ import annotations

import logging
import re
import threading
from functools import lru_cache
from typing import Any

from pfviz.problems.canonical import canonical_answer, percent_value
from pfviz.problems.extraction import extract_answer, has_boxed
from pfviz.problems.formatting import strip_formatting

__all__ = ["canonical_answer", "extract_answer", "has_boxed", "is_correct"]

_MAX_VERIFIED_CHARACTERS = 80
_VERIFIED_COMMANDS = frozenset({"frac", "sqrt", "cdot", "times", "left", "right"})
_PARSER_LOCK = threading.Lock()  # the parser behind math-verify is not known to be safe in two threads at once


@lru_cache(maxsize=8192)
def is_correct(pred: str | None, gold: str) -> bool:
    """Return whether an answer equals the true one.

    A percentage is right as the number of per cent, and as the share: where 0.5 is asked, 50 % says it too.
    """
    if pred is None or not pred.strip():
        return False
    given, wanted = canonical_answer(pred), canonical_answer(gold)
    if given == wanted or percent_value(pred) == wanted or percent_value(gold) == given:
        return True
    return _is_undecided(given) and _is_undecided(wanted) and _verify(strip_formatting(gold), strip_formatting(pred))


def _is_undecided(form: str) -> bool:
    """Whether a form is a formula's own text: no number, no words, nothing with parts."""
    commands = re.findall(r"\\([A-Za-z]+)", form)
    return bool(commands) and all(name in _VERIFIED_COMMANDS for name in commands)


def _verify(gold: str, pred: str) -> bool:
    """What math-verify says. Its time-outs use SIGALRM, which fails off the main thread: short, flat texts bound it."""
    for text in (gold, pred):
        deep = text.count("{") + text.count("(") > 8 or text.count("^") > 2 or "!" in text
        if len(text) > _MAX_VERIFIED_CHARACTERS or deep or re.search(r"\d{5}", text):
            return False
    try:
        from math_verify import parse, verify

        for name in ("math_verify.parser", "math_verify.grader"):
            logging.getLogger(name).setLevel(logging.ERROR)  # it warns at each call that its time-out is off
        with _PARSER_LOCK:
            parsed: list[Any] = [parse(f"${text}$", parsing_timeout=None) for text in (gold, pred)]
            return bool(verify(*parsed, timeout_seconds=None))
    except Exception:  # a parser of free text may raise anything: what cannot be read is not right
        return False
