"""Payloads of ThinkBooster's visual debugger (github.com/IINemo/thinkbooster): for each strategy a timeline of events,
each with the candidates of a step and their scores. Candidates that name their parents are a tree; others continue the
selected one before them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import Field

from pfviz.errors import TraceError
from pfviz.trace.building.assemble import Source
from pfviz.trace.building.runs import MAX_RUNS, ReadingOptions
from pfviz.trace.building.score_scales import choose_scale, describe_scale
from pfviz.trace.building.tree import Node, build_tree
from pfviz.trace.tables.fields import Answer, Number, RowFields, check_row
from pfviz.trace.tables.rows import Row, peek_row, read_rows
from pfviz.trace.trace import Trace

EXAMPLE = """\
{"scenario": {"prompt": "Compute 3 * 4", "ground_truth": "12"}, "strategies": [{"id": "beam", "run": {
  "model_id": "a/model", "strategy": {"id": "beam_search", "name": "Beam search"},
  "scorer": {"id": "prm", "name": "PRM"},
  "events": [
   {"step": 1, "stage": "tree_expand", "candidates": [
     {"text": "3 * 4 = 12", "selected": true, "signals": {"prm": 0.9}, "beam_uid": "a"},
     {"text": "3 * 4 = 13", "selected": false, "signals": {"prm": 0.2}, "beam_uid": "b"}]},
   {"step": 2, "stage": "tree_select", "candidates": [
     {"text": "The answer is 12", "selected": true, "signals": {"prm": 0.95}, "beam_uid": "c", "parent_beam_uid": "a"},
     {"text": "So 12 it is", "selected": false, "signals": {"prm": 0.7}, "beam_uid": "d", "parent_beam_uid": "a"}]}]}}]}
"""


class _Candidate(RowFields):
    text: str = Field(description="a text")
    selected: bool = Field(False, description="true or false")
    signals: dict[str, Number] = Field({}, description="an object of numbers")
    beam_uid: str | None = Field(None, description="a text or null")
    parent_beam_uid: str | None = Field(None, description="a text or null")


class _Event(RowFields):
    stage: Answer = None
    candidates: list[_Candidate] = Field(description="a list of candidates")


class _Named(RowFields):
    id: Answer = None
    name: Answer = None
    direction: Answer = None


class _Run(RowFields):
    model_id: Answer = None
    scorer: _Named | None = Field(None, description="an object or null")
    strategy: _Named | None = Field(None, description="an object or null")
    events: list[_Event] = Field(min_length=1, description="a list of at least one event")


class _Strategy(RowFields):
    run: _Run = Field(description="an object with events")


class _Scenario(RowFields):
    prompt: Answer = None
    ground_truth: Answer = None


class _Payload(RowFields):
    scenario: _Scenario = Field(description="an object with a prompt")
    strategies: list[_Strategy] = Field(min_length=1, description="a list of at least one strategy")


@dataclass(frozen=True, slots=True)
class _Timeline:
    source: Source
    levels: list[list[Node]]


def recognise(data: bytes) -> bool:
    """Return whether the file has a payload, by itself or among examples."""
    row = peek_row(data)
    return row is not None and next(_find_payloads("", row), None) is not None


def read_traces(data: bytes, options: ReadingOptions) -> list[Trace]:
    """Return a trace of each strategy of each payload; raises `TraceError` naming the field that is wrong."""
    runs: list[_Timeline] = []
    for where, row in read_rows(data):
        for place, payload in _find_payloads(where, row):
            found = check_row(_Payload, place, payload)
            runs += [_read_run(found.scenario, one.run, len(runs) + k) for k, one in enumerate(found.strategies)]
    if not 0 < len(runs) <= MAX_RUNS:
        raise TraceError(f"the file has {len(runs):,} runs; expected 1 to {MAX_RUNS:,}")
    scores = [node.score for run in runs for level in run.levels for node in level if not math.isnan(node.score)]
    scale = choose_scale(scores, options.scale) if scores else None
    found_traces = []
    for run in runs:
        known = [not math.isnan(node.score) for level in run.levels for node in level]
        if any(known) and not all(known):
            raise TraceError("signals: expected the scorer's signal of every candidate, or of none")
        note = describe_scale(scale, scores) if scale is not None and scale.name != "unit" and all(known) else ""
        source = replace(run.source, notes=(*run.source.notes, *([note] if note else [])))
        found_traces.append(build_tree(source, run.levels, scale if all(known) else None))
    return found_traces


def _find_payloads(where: str, row: Row) -> Iterator[tuple[str, Row]]:
    if isinstance(row.get("scenario"), dict) and isinstance(row.get("strategies"), list):
        yield where, row
    examples = row.get("examples")
    for k, example in enumerate(examples if isinstance(examples, list) else []):
        payloads = example.get("payloads") if isinstance(example, dict) else None
        for budget, payload in payloads.items() if isinstance(payloads, dict) else []:
            if isinstance(payload, dict) and isinstance(payload.get("strategies"), list):
                yield f"examples[{k}].payloads[{budget[:20]!r}]", payload


def _read_run(scenario: _Scenario, run: _Run, place: int) -> _Timeline:
    scorer = run.scorer
    key = (scorer.id if scorer else None) or _usual_signal(run)
    lower = bool(scorer and scorer.direction == "lower_better")
    events = [event for event in run.events if event.candidates]
    named = any(one.beam_uid for event in events for one in event.candidates)
    if not named and events and events[0].stage == "reranking":
        events = events[:1]  # whole solutions; what follows repeats the steps of the selected one
    levels = _read_levels(events, key, -1.0 if lower else 1.0)
    notes = [
        "Read from a payload of ThinkBooster: candidates of each step with one score each. It does not hold "
        "log-probabilities, tokens, times or weights."
    ]
    if not named:
        notes.append("Candidates name no parents: each continues the selected one before it.")
    if lower:
        notes.append(f"Of {key} less is better: its scores are taken with the other sign.")
    strategy = (run.strategy.name or run.strategy.id) if run.strategy else None
    notes.append(f"Its strategy was {strategy or 'not named'}.")
    method = "beam_search" if _is_copied(levels) else "best_of_n"
    name = (scorer.name or scorer.id or "") if scorer else key
    return _Timeline(
        Source(scenario.prompt or "", scenario.ground_truth, run.model_id or "", name, method, tuple(notes), place),
        levels,
    )


def _usual_signal(run: _Run) -> str:
    """The signal that most candidates have, consensus before confidence."""
    counts = Counter(name for event in run.events for one in event.candidates for name in one.signals)
    return max(counts, key=lambda name: (counts[name], name != "confidence", name), default="confidence")


def _read_levels(events: Sequence[_Event], key: str, sign: float) -> list[list[Node]]:
    levels: list[list[Node]] = []
    places: dict[str, int] = {}
    selected = 0
    for t, event in enumerate(events):
        level, own = [], {}
        for k, one in enumerate(event.candidates):
            parent = selected
            if t and one.parent_beam_uid is not None:
                if one.parent_beam_uid not in places:
                    raise TraceError(f"events[{t}].candidates[{k}].parent_beam_uid: no candidate before has it")
                parent = places[one.parent_beam_uid]
            level.append(Node(one.text, parent, sign * one.signals.get(key, math.nan)))
            if one.beam_uid is not None:
                own[one.beam_uid] = k
        levels.append(level)
        places = own
        selected = next((k for k, one in enumerate(event.candidates) if one.selected), 0)
    return _mark_ends(levels)


def _mark_ends(levels: list[list[Node]]) -> list[list[Node]]:
    """Solutions end at the last step; where none was copied, also those that nothing follows before it."""
    children = [Counter(node.parent for node in level) for level in levels[1:]] + [Counter[int]()]
    copied = _is_copied(levels)
    found = []
    for t, (level, counts) in enumerate(zip(levels, children, strict=True)):
        ends = [t == len(levels) - 1 or (not copied and not counts[k]) for k in range(len(level))]
        found.append(
            [Node(one.text, one.parent, one.score, one.label, end) for one, end in zip(level, ends, strict=True)]
        )
    return found


def _is_copied(levels: list[list[Node]]) -> bool:
    """Whether a candidate has several that continue it."""
    return any(number > 1 for level in levels[1:] for number in Counter(node.parent for node in level).values())
