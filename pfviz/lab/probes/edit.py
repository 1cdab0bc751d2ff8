"""What if a step had read otherwise: its path with another text, the rewards of that, and new particles from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pfviz import types
from pfviz.diagnostics.truth import true_answer
from pfviz.errors import LabError
from pfviz.inference.events import Event, NoteAdded, StepsExtended
from pfviz.inference.methods import make_method
from pfviz.inference.methods.base import Method
from pfviz.inference.run import never_stop
from pfviz.inference.settings import Settings
from pfviz.lab.probes.known_steps import (
    build_step,
    clean_step_text,
    find_node,
    recorded_step_rule,
    resolve_generator,
    run_from_steps,
    steps_to_node,
)
from pfviz.lab.probes.scoring import score_steps, text_step
from pfviz.models.registry import as_reward
from pfviz.models.rewards.function import RewardFunction
from pfviz.problems.problem import Problem
from pfviz.text import shorten
from pfviz.trace.trace import Trace
from pfviz.types import RewardModel, Step, TokenRewards, configure_generator, token_rewards

MAX_QUOTED = 200
"""Characters of a text that a note quotes."""


@dataclass(frozen=True, slots=True)
class EditedPath:
    """A path with the text of one step changed."""

    problem: Problem
    uid: int  # of the node whose step was changed
    place: int  # of that step in the path, from 0
    steps: tuple[Step, ...]  # of the path as recorded
    texts: tuple[str, ...]  # of the new path, as many
    whole: bool  # prefixes are scored as one text, as in the run


@dataclass(frozen=True, slots=True)
class StepRewards:
    """One step of both paths: its texts, and the rewards of the prefixes that end with it."""

    place: int  # from 0
    old_text: str
    text: str
    old_reward: float
    new_reward: float
    token_rewards: TokenRewards  # what the reward model said inside of the new text; empty where it scores whole steps


def edit_step(trace: Trace, uid: int, text: str, leaf: int | None = None) -> EditedPath:
    """The path to a node with `text` as that node's step. With a `leaf`, a later node whose path goes through it, the
    recorded steps after it come after the new text.

    Raises `LabError` if there is no such node, the leaf does not come from it, or the text is empty or several steps.
    """
    place = len(steps_to_node(trace, uid)) - 1
    end = uid if leaf is None else leaf
    path = trace.solution(*find_node(trace, end))
    if len(path) <= place or int(trace.uids[path[place]]) != uid:
        raise LabError(f"Node {end} does not come from node {uid}. Choose one of its descendants.")
    steps = steps_to_node(trace, end)
    texts = [step.text for step in steps]
    texts[place] = clean_step_text(text, recorded_step_rule(trace))
    whole = trace.settings.get("aggregation") == "model"
    problem = Problem(trace.problem, true_answer(trace)).asked_when(trace.started)
    return EditedPath(problem, uid, place, steps, tuple(texts), whole)


def rescore_path(
    path: EditedPath, reward: str | RewardModel | RewardFunction, *, stop: Callable[[], bool] | None = None
) -> Iterator[StepRewards]:
    """The rewards of the new path beside those of the recorded one, step by step, both by this reward model, in one
    session in which they share what they have in common.

    Raises `LabError` for a reward that cannot score a text, as it reads the generator's own numbers.
    """
    return _path_rewards(path, as_reward(reward), stop or never_stop)


def _path_rewards(path: EditedPath, reward: RewardModel, stop: Callable[[], bool]) -> Iterator[StepRewards]:
    session = reward.open(path.problem, particles=2, whole=path.whole)
    last = len(path.steps) - 1
    for place, (step, text) in enumerate(zip(path.steps, path.texts, strict=True)):
        if stop():
            return
        new = step if text == step.text else text_step(text, finished=place == last)
        found = score_steps(session, reward.name, {0: step, 1: new})
        inside = token_rewards(session).get(1, TokenRewards((), ()))
        yield StepRewards(place, step.text, text, found[0], found[1], inside)


def run_from_node(
    trace: Trace,
    uid: int,
    text: str | None = None,
    *,
    generator: str | types.Generator | None = None,
    reward: str | RewardModel | RewardFunction | None = None,
    method: str | None = None,
    seed: int | None = None,
    stop: Callable[[], bool] | None = None,
    **settings: Any,
) -> Iterator[Event]:
    """The events of a new run, all of whose particles begin with the path to a node, with `text` in the place of the
    node's step if one is given. A recorder makes a trace of them like any other: it can be drawn, saved and resumed.

    Method, seed and settings (`particles` and all others of `Settings`) are those of the trace unless given, and so are
    the models. The given steps count as steps of the run, with their tokens, and are scored anew; a note says of which
    node they are. Everything is checked and loaded before the first event.

    Raises:
        LabError: there is no such node, the generator is another one than the trace's or takes no text, the text does
            not fit, or the steps leave no room under the step limit.
        SettingError, ModelError: as `pfviz.stream`.
    """
    known = {**trace.settings, **settings}
    if method is not None and method != trace.method and "pick" not in settings:
        known["pick"] = "usual"  # the trace's own is that of its method
    policy = make_method(method or trace.method, Settings.from_recorded(known, trace.seed if seed is None else seed))
    problem = replace(Problem.from_text(trace.problem, trace.truth), asked_at=datetime.now(UTC))
    writer = configure_generator(resolve_generator(trace, generator), policy.settings.writing)
    steps = steps_to_node(trace, uid)
    old = steps[-1].text
    if text is not None:
        steps = (*steps[:-1], build_step(writer, problem, steps[:-1], text, policy.settings.max_step_tokens))
    if len(steps) >= policy.settings.max_steps and not steps[-1].finished:
        raise LabError(
            f"The path to node {uid} has {len(steps)} steps and the run may have {policy.settings.max_steps}. "
            "Give a larger max_steps."
        )
    judge = types.bind_reward(as_reward(trace.reward if reward is None else reward), writer)
    note = f"Steps 1 to {len(steps)} are given: the path to node {uid} of another run (seed {trace.seed})."
    if text is not None:
        note += f" Step {len(steps)} was changed from {_quote(old)} to {_quote(steps[-1].text)}."
    return _insert_note(problem, writer, judge, policy, steps, stop or never_stop, note)


def _insert_note(
    problem: Problem,
    generator: types.Generator,
    reward: RewardModel,
    method: Method,
    steps: Sequence[Step],
    stop: Callable[[], bool],
    note: str,
) -> Iterator[Event]:
    with closing(run_from_steps(problem, generator, reward, method, steps, stop)) as events:
        for event in events:
            yield event
            if isinstance(event, StepsExtended) and event.step == len(steps) - 1:
                yield NoteAdded(event.step, (), note)


def _quote(text: str) -> str:
    return repr(text if len(text) <= MAX_QUOTED else shorten(text, MAX_QUOTED))
