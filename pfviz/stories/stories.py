"""Which recorded runs ship, and what each of them shows: its sentence is true of its trace, and a test reads both."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pfviz.errors import TraceError
from pfviz.trace import Trace
from pfviz.trace.json_file import loads


@dataclass(frozen=True, slots=True)
class Story:
    """A recorded run that is worth looking at."""

    name: str
    title: str
    sentence: str  # at most 20 words
    ghost: str = ""  # of the same problem and seed without selection: what that run shows; empty where none ships


STORIES = {
    story.name: story
    for story in (
        Story(
            "rescue",
            "Rescue",
            "Left alone, four of sixteen end right and a wrong one is picked. With selection, fourteen end right.",
            ghost="The same seeds, and nobody is copied: the best-rewarded answer is wrong.",
        ),
        Story(
            "fooled",
            "Fooled",
            "Rewarded for being short, a quick mistake takes eleven of sixteen places and wins over right ones.",
        ),
        Story(
            "collapse",
            "Collapse",
            "Tau is far too small: one first step becomes the ancestor of all sixteen, and it is wrong.",
            ghost="The same seeds, and nobody is copied: the answer with the most reward is right.",
        ),
        Story(
            "loses",
            "Selection loses",
            "Left alone, the same seeds answer right. With selection a wrong answer takes five places and wins.",
            ghost="The same seeds, and nobody is copied: the answer with the most reward is right.",
        ),
        Story(
            "long",
            "Eight steps",
            "An equation that takes eight steps: only five of sixteen end right, with the most reward.",
        ),
        Story(
            "large",
            "256 particles",
            "The embedded pair on a sum: left alone 39 of 256 end right, with selection 207.",
            ghost="The same seeds, and nobody is copied: the best-rewarded answer is wrong.",
        ),
    )
}
"""By name; the page opens on the first one."""


def load_story(name: str) -> Trace:
    """Return the run of a story. Its trace is read once, and shared: it never changes.

    Raises `TraceError` for a name that is none of `STORIES`.
    """
    return _load(find_story(name).name)


def load_ghost(name: str) -> Trace | None:
    """Return the run of the same problem and seed without selection; None where there is none.

    Raises `TraceError` for a name that is none of `STORIES`.
    """
    return _load(f"{name}-ghost") if find_story(name).ghost else None


def find_story(name: object) -> Story:
    """Return a story by its name; raises `TraceError` for a name that is none of `STORIES`."""
    story = STORIES.get(name) if isinstance(name, str) else None
    if story is None:
        raise TraceError(f"There is no story {str(name)[:40]!r}; there are {', '.join(STORIES)}.")
    return story


@cache
def _load(file: str) -> Trace:
    packed = files("pfviz.stories").joinpath("shipped", f"{file}.json.gz").read_bytes()
    return loads(gzip.decompress(packed))
