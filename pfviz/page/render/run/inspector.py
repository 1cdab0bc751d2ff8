"""The selected particle, in words and numbers: trace and uid → HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pfviz.diagnostics import kinship
from pfviz.diagnostics.step_texts import sibling_prefix
from pfviz.lab.labelling import get_label
from pfviz.lab.probes.known_steps import recorded_step_rule
from pfviz.lab.probes.values import PrefixValue
from pfviz.page.components.html import fill
from pfviz.page.render.reward.token_rewards import token_strip
from pfviz.page.render.run.step_labels import label_choices, label_mark
from pfviz.page.render.run.text_differences import differences, same_text_note
from pfviz.report import mathtext
from pfviz.text import format_log_prob, format_signed, pluralise
from pfviz.trace import Node, Trace

_MAX_RELATIVES = 12  # chips in one row of relatives; the rest is counted
MAX_CHARACTERS, MIN_STEP_CHARACTERS = 200_000, 200  # of a solution, shared out to its steps; of each step at least
LONG_STEP_CHARACTERS = 240  # a longer step is folded until it is selected, and has the column's whole width
MAX_STEPS_IN_VIEW = 12  # of a solution; a longer one scrolls by itself, so that the particle stays above its step
_MAX_FORMULAS = 2000  # of a solution
_END_TEXTS = {
    "eos": "ended its solution",
    "boxed": "boxed its answer",
    "tokens": "cut at the token limit",
    "characters": "cut at the length limit",
    "failed": "could not be written",
}

_CUT_TEXTS = {
    "tokens": "cut at the token limit",
    "characters": "cut at the length limit",
    "eos": "to the end of the text",
    "boxed": "with its answer",
}


def no_selection() -> str:
    """Return what to do, where no particle is selected."""
    return fill("run/no_selection.html.j2")


def inspect_particle(
    trace: Trace | None,
    uid: int | None,
    values: Mapping[int, PrefixValue] | None = None,
    *,
    may_label: bool = True,
) -> str:
    """Return everything about one particle at one step, with the `values` by uid that were measured; what to do, where
    none is selected. `may_label`: its step can be labelled, as no run goes on."""
    if trace is None or uid is None:
        return no_selection()
    t, n = trace.node(uid)
    children = kinship.offspring(trace, uid)
    relatives = kinship.kin(trace, uid)
    path = trace.solution(t, n)
    log_prob = float(np.sum([trace.log_probs[node] for node in path]))  # NaN where that of a step is not known
    return fill(
        "run/inspector.html.j2",
        uid=uid,
        slot=n,
        step=t + 1,
        steps=trace.steps,
        state=_describe_state(trace, uid),
        walks=_walks(trace, uid, relatives),
        labels=label_choices(get_label(trace, uid)) if may_label else (),
        has_labels=bool((~np.isnan(trace.step_labels)).any()),
        reward=float(trace.rewards[t, n]),
        weight=children.weight,
        children=children.actual,
        expected=children.expected,
        value=(values or {}).get(uid),
        same_text=same_text_note(trace, uid),
        differences=differences(trace, uid),
        solution=_solution_steps(trace, path, values or {}),
        tokens=int(sum(trace.tokens[node] for node in path)),
        log_prob=format_log_prob(log_prob),
        family=[
            (name, [_relative(trace, other) for other in uids])
            for name, uids in (("Siblings", relatives.siblings), ("Children", relatives.children))
        ],
        max_relatives=_MAX_RELATIVES,
        max_steps_in_view=MAX_STEPS_IN_VIEW,
    )


def _walks(trace: Trace, uid: int, relatives: kinship.Kin) -> list[tuple[str, str, str, int | None]]:
    """Return where one can walk: role, sign, title and the particle there, None where there is none."""
    child = relatives.children[0] if relatives.children else None
    return [
        ("parent", "←", "Parent", relatives.parent),
        ("child", "→", "Heaviest child", child),
        ("previous", "↑", "Previous sibling", kinship.neighbour(trace, uid, "previous")),
        ("next", "↓", "Next sibling", kinship.neighbour(trace, uid, "next")),
    ]


def _describe_state(trace: Trace, uid: int) -> str:
    t, n = trace.node(uid)
    if trace.finished[t, n]:
        ended = _END_TEXTS.get(trace.ends[t][n], "finished")
        return ended if kinship.survives(trace, uid) else f"{ended}, died out"
    if not kinship.survives(trace, uid):
        return "its lineage died out"
    return "alive" if trace.status == "running" else "its lineage survived"


def _solution_steps(trace: Trace, path: list[Node], values: Mapping[int, PrefixValue]) -> list[dict[str, Any]]:
    """Return the steps of a solution, a long one cut; `rest` counts the characters that are left out, `shared` is the
    beginning that all siblings of a step have too."""
    room = max(MIN_STEP_CHARACTERS, MAX_CHARACTERS // len(path))
    texts = [trace.texts[t][n] for t, n in path]
    cuts = [min(room, sibling_prefix(trace, int(trace.uids[node]))) for node in path]
    halves = [half for text, cut in zip(texts, cuts, strict=True) for half in (text[:cut], text[cut:room])]
    rendered = mathtext.render_all(halves, _MAX_FORMULAS)
    shown = list(zip(rendered[::2], rendered[1::2], strict=True))
    return [
        {
            "uid": int(trace.uids[node]),
            "shared": shared,
            "step": node[0] + 1,
            "text": html,
            "long": len(text) > LONG_STEP_CHARACTERS,
            "rest": max(0, len(text) - room),
            "reward": float(trace.rewards[node]),
            "did": _describe_change(trace, before, node, values),
            "label": label_mark(get_label(trace, int(trace.uids[node]))),
            "end": _describe_cut(trace, node),
            "strip": token_strip(trace, node) if len(text) <= room else None,
        }
        for before, node, text, (shared, html) in zip([None, *path], path, texts, shown, strict=False)
    ]


def _describe_change(
    trace: Trace, before: Node | None, node: Node, values: Mapping[int, PrefixValue]
) -> tuple[str, str] | None:
    """Return what a step did, and how that is known: the value after it minus the one before it where both were
    measured, else the same of the reward; None for a first step."""
    if before is None:
        return None
    known = [values.get(int(trace.uids[place])) for place in (before, node)]
    if known[0] is not None and known[1] is not None:
        return format_signed(known[1].value - known[0].value), "Value after this step minus the value before it"
    change = float(trace.rewards[node] - trace.rewards[before])
    return format_signed(change), "Reward after this step minus the reward before it"


def _describe_cut(trace: Trace, node: Node) -> str:
    """Return how long a step is, if its tokens are known, and where it was cut, in a few words; nothing for one that
    failed."""
    end, tokens = trace.ends[node[0]][node[1]], int(trace.tokens[node])
    cut = _CUT_TEXTS.get(end, "")
    if end == "separator":
        named = trace.settings.get("step_rule", "model") != "model"
        cut = f"cut {recorded_step_rule(trace).place}" if named else "a whole step"
    return f"{pluralise(tokens, 'token')}, {cut}" if cut and (tokens or not trace.texts[node[0]][node[1]]) else cut


def _relative(trace: Trace, uid: int) -> dict[str, Any]:
    t, n = trace.node(uid)
    return {"uid": uid, "slot": n, "reward": float(trace.rewards[t, n])}
