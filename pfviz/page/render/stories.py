"""The recorded runs on the page: what stands over the one that is open, and the gallery of all of them."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from pfviz.page.components.html import fill
from pfviz.page.render.run import run_view
from pfviz.stories import STORIES, Story, load_ghost, load_story
from pfviz.stories.thumbnail import draw_thumbnail
from pfviz.stories.tour import CARDS, log_potentials
from pfviz.trace import Trace

FIRST = next(iter(STORIES))
"""The story on which the page opens."""


def story_of(trace: Trace | None) -> Story | None:
    """Return the story whose recorded run this is, unchanged; None for any other run."""
    return next((story for story in STORIES.values() if trace is load_story(story.name)), None)


def story_head(trace: Trace | None) -> str:
    """Return what stands over the run of a story; empty for any other run."""
    story = story_of(trace)
    if story is None or trace is None:
        return ""
    ghost = load_ghost(story.name)
    return fill(
        "story.html.j2",
        story=story,
        writer=trace.generator.rpartition("/")[2],
        particles=trace.particles,
        is_first=story.name == FIRST,
        ghost=_ghost_picture(story.name),
        ghost_answer=None if ghost is None else ghost.choice,
    )


def progress_line(trace: Trace) -> str:
    """Return the progress line of a run that was not made here: of a story, or of a file."""
    return run_view.opened_line(trace) if story_of(trace) is None else run_view.recorded_line(trace)


@cache
def gallery() -> str:
    """Return all recorded runs as small pictures to click."""
    shown = [(story, load_story(story.name), _picture(story.name)) for story in STORIES.values()]
    return fill("gallery.html.j2", stories=shown)


@cache
def tour() -> str:
    """Return the cards of the tour, which stay hidden until it is taken."""
    potentials = log_potentials(load_story(FIRST))
    return fill("tour.html.j2", story=FIRST, cards=CARDS, potentials=potentials, ghost=_ghost_picture(FIRST))


@cache
def _picture(name: str) -> Markup:
    return draw_thumbnail(load_story(name))


@cache
def _ghost_picture(name: str) -> Markup:
    ghost = load_ghost(name)
    return Markup() if ghost is None else draw_thumbnail(ghost, muted=True)
