"""The offer to run a problem with published models: why it is made, and what it takes."""

from __future__ import annotations

from pfviz.diagnostics.health import LOW_REWARD
from pfviz.models.hub import catalog
from pfviz.models.hub.local_models import MODELS_VARIABLE
from pfviz.models.registry import warn_of_problem
from pfviz.page.components.html import fill
from pfviz.page.render.model_notes import describe_needs
from pfviz.page.serving.model_fetch import FetchJob
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.trace import Trace


def explain_doubt(trace: Trace) -> str:
    """Why a run of the embedded pair should not be trusted, in a sentence; empty where nothing speaks against it."""
    if trace.generator != "embedded" or trace.status not in ("finished", "step limit") or not trace.steps:
        return ""
    chosen = trace.choice
    if chosen is not None and chosen.correct is not None:
        return "" if chosen.correct else "The embedded pair is wrong here."
    if warn_of_problem(trace.generator, trace.problem):
        return "Not all of this problem is of the kind that the embedded pair knows: its answer may be wrong."
    if chosen is None:
        return "The embedded pair found no answer."
    if float(trace.rewards[-1].max()) < LOW_REWARD:
        return f"No solution of the embedded pair has a reward of {LOW_REWARD}: its answer is likely wrong."
    return ""


def offer(menu: ModelMenu, reason: str = "", error: str = "") -> str:
    """The offer, where the page has that pair; `error` says why the files could not be fetched."""
    if catalog.REAL_PAIR not in menu.models:
        return ""
    pair = catalog.PAIRS[catalog.REAL_PAIR]
    writes = f"{pair.generator} writes, and the reward read from its own hidden states judges."
    about = f"{writes} {describe_needs(pair, menu)}"
    return fill(
        "run/real_pair.html.j2",
        reason=reason, error=error, about=about, busy=False, name=pair.name, variable=MODELS_VARIABLE,
    )  # fmt: skip


def fetching(job: FetchJob) -> str:
    """How far the files have come."""
    total = max(job.total_bytes, 1)
    done = f"{job.done_bytes / 1e9:.2f}"
    shown = f"{job.total_bytes / 1e9:.2f}" if job.total_bytes else "…"
    return fill(
        "run/real_pair.html.j2", reason="", busy=True, done=done, total=shown, share=min(1.0, job.done_bytes / total)
    )
