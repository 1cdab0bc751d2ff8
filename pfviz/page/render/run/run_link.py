"""The part of the page's address that leads back to a run, and to the particle that is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pfviz.page.components.html import fill
from pfviz.page.render.stories import story_of
from pfviz.page.state.visits import Visit

STORY = "story:"
MAX_ADDRESS = 2000  # characters


def name_run(visit: Visit) -> str:
    """Return what names the shown run in an address; empty for one that is not stored."""
    story = story_of(visit.trace)
    return visit.run_id or (STORY + story.name if story else "")


def render_link(visit: Visit) -> str:
    """Return the mark that the browser reads the address from; empty where there is nothing to link to."""
    run = name_run(visit)
    if not run:
        return ""
    place: dict[str, Any] = {"run": run}
    if visit.sweep is not None:
        place["sweep"] = visit.sweep + 1
    if visit.selected is not None and visit.shown_sweep is not None:
        try:
            step, slot = visit.shown_sweep.node(visit.selected)
            place |= {"step": step + 1, "particle": slot}
        except KeyError:
            pass
    return fill("runs/link.html.j2", address=urlencode(place, safe=":"))


def read_address(address: object) -> dict[str, str]:
    """Return what an address says of a run; empty if it names none."""
    if not isinstance(address, str) or len(address) > MAX_ADDRESS:
        return {}
    found = dict(parse_qsl(address.lstrip("?")))
    return found if found.get("run") else {}


def read_place(place: Mapping[str, str]) -> tuple[int | None, int | None, int | None]:
    """Return sweep, step (both from 0) and particle of an address, None for each that it does not say."""

    def number(name: str, first: int) -> int | None:
        text = place.get(name, "")
        return int(text) - first if text.isascii() and text.isdecimal() and len(text) < 10 else None

    return number("sweep", 1), number("step", 1), number("particle", 0)
