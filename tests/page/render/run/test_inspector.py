"""The inspector's HTML: safe whatever a model wrote, and true to the trace."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from pfviz.page.render.run import run_view
from pfviz.page.render.run.inspector import inspect_particle, no_selection
from pfviz.trace import Trace
from tests.traces import synthetic_trace

HOSTILE = (
    "</li><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>\"'> \\boxed{<b>}"
)
TAGS = {
    "div",
    "h3",
    "h4",
    "p",
    "nav",
    "button",
    "dl",
    "dt",
    "dd",
    "ol",
    "li",
    "span",
    "i",
    "b",
    "br",
    "small",
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mfrac",
    "msup",
    "msub",
    "menclose",
}


class Seen(HTMLParser):
    """Tags and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def poisoned() -> Trace:
    """A trace in which every text, and everything else that a file may hold as text, is hostile."""
    trace = synthetic_trace(truth=HOSTILE, problem=HOSTILE)
    texts = [[HOSTILE for _ in row] for row in trace.texts]
    places = [1, 9, len(HOSTILE) - 4, len(HOSTILE)]  # in the middle of its tags
    said = {"reward_ends": [[places for _ in row] for row in texts]}
    said["token_rewards"] = [[[0.9, 0.1, 0.8, 0.2] for _ in row] for row in texts]
    return dataclasses.replace(trace, texts=texts, generator=HOSTILE, reward=HOSTILE, ends=texts, **said)


@pytest.mark.parametrize("uid", [0, 5, 16 * 5])
def test_what_a_model_wrote_is_escaped(uid: int) -> None:
    seen = Seen(inspect_particle(poisoned(), uid))
    assert set(seen.tags) <= TAGS
    assert not {name for name in seen.attributes if name.startswith("on")} | seen.attributes & {"href", "src"}


def test_the_answer_card_is_escaped() -> None:
    seen = Seen(run_view.answer_card(poisoned()))
    assert set(seen.tags) <= TAGS
    assert not seen.attributes & {"href", "src", "onerror"}


def test_figures_carry_no_markup_of_a_model() -> None:
    for tab in run_view.TABS:
        for name, value in run_view.render_parts(poisoned(), selected=5, tab=tab).items():
            assert "<script" not in str(value), name
            assert "<img" not in str(value), name


def test_it_shows_every_step_of_the_solution_with_its_reward() -> None:
    trace = synthetic_trace(particles=8, steps=5)
    t, n = trace.steps - 1, 3
    html = inspect_particle(trace, int(trace.uids[t, n]))
    for node in trace.solution(t, n):
        assert f'data-uid="{trace.uids[node]}"' in html
        assert f"<b>{trace.rewards[node]:.2f}</b>" in html
    assert html.count("aria-current") == 1


def test_expected_and_actual_children() -> None:
    trace = synthetic_trace(particles=8, steps=5)
    html = inspect_particle(trace, 2)
    assert f"of {8 * trace.weights[0, 2]:.2f} expected" in html
    assert f"<dd>{(trace.ancestors[0] == 2).sum()} <small>" in html


def test_nothing_selected_says_what_to_do() -> None:
    assert inspect_particle(None, None) == inspect_particle(synthetic_trace(), None) == no_selection()
    assert "Click a particle" in no_selection()


def test_under_a_step_is_a_piece_for_each_token_and_where_the_reward_turned() -> None:
    text = "12 + 7 = 71, so"
    trace = synthetic_trace(2, 1)
    trace = dataclasses.replace(
        trace,
        texts=[[text, "b"]],
        rewards=np.array([[0.02, 0.5]]),
        reward_ends=[[[2, 9, 10, len(text)], []]],
        token_rewards=[[[0.99, 0.98, 0.03, 0.02], []]],
    )
    told = inspect_particle(trace, 0)
    assert told.count("flex-grow") == 4
    assert "0.98 → 0.03 at 12 + 7 = <b>7</b>" in told
    assert '<span class="tokens"' not in inspect_particle(trace, 1), "nothing is known of that step"
    even = dataclasses.replace(trace, token_rewards=[[[0.9, 0.9, 0.9, 0.1], []]])
    assert re.findall(r"flex-grow:(\d+)", inspect_particle(even, 0)) == ["10", "5"], "those of one colour are one piece"
    slight = dataclasses.replace(trace, token_rewards=[[[0.12, 0.11, 0.03, 0.02], []]])
    assert "→ 0.03 at" not in inspect_particle(slight, 0)


def test_a_solution_with_a_step_of_unknown_log_probability_has_an_unknown_one() -> None:
    trace = synthetic_trace(particles=4, steps=3)
    path = trace.solution(2, 1)
    known = f"{sum(trace.log_probs[node] for node in path):.2f}".replace("-", "−")
    assert f"log-probability {known}</p>" in inspect_particle(trace, int(trace.uids[path[-1]]))
    log_probs = trace.log_probs.copy()
    log_probs[path[0]] = np.nan
    html = inspect_particle(dataclasses.replace(trace, log_probs=log_probs), int(trace.uids[path[-1]]))
    assert "log-probability unknown</p>" in html
    assert "nan" not in html


def test_a_long_answer_is_cut_on_the_card_and_whole_under_the_pointer() -> None:
    answer, trace = "+".join("abcdefgh" * 9), synthetic_trace()
    texts = ((rf"\boxed{{{answer}}}",) * trace.particles,) * trace.steps
    card = run_view.answer_card(dataclasses.replace(trace, texts=texts))
    assert f'title="{answer}"' in card
    assert answer not in card.replace(f'title="{answer}"', "")
    assert "…" in card


@pytest.mark.parametrize(
    ("settings", "end", "said"),
    [
        ({}, "separator", "7 tokens, a whole step"),
        ({"step_rule": "sentence"}, "separator", "7 tokens, cut at the end of a sentence"),
        ({"step_rule": "tokens", "tokens_per_step": 7}, "separator", "7 tokens, cut after 7 tokens"),
        ({"step_rule": "of another program"}, "separator", "7 tokens, cut at a blank line"),
        ({}, "tokens", "7 tokens, cut at the token limit"),
        ({}, "characters", "7 tokens, cut at the length limit"),
        ({}, "eos", "7 tokens, to the end of the text"),
        ({}, "boxed", "7 tokens, with its answer"),
        ({}, "failed", ""),
    ],
)
def test_a_step_says_where_it_was_cut(settings: dict[str, object], end: str, said: str) -> None:
    trace = synthetic_trace()
    made = dataclasses.replace(
        trace, settings={**trace.settings, **settings}, ends=[[end for _ in row] for row in trace.ends],
        tokens=np.full_like(trace.tokens, 7),
    )  # fmt: skip
    found = re.findall(r'<small class="cut">([^<]*)', inspect_particle(made, 5))
    assert found == ([said] * len(found) if said else [])
    assert bool(found) is bool(said)
