"""Stories: every template is in use, says what its expression computes, and is walked as the oracle judges."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from fractions import Fraction

import pytest

from pfviz.tiny import arithmetic, oracle, stories
from pfviz.tiny.expressions import Expr, count_operations, render, subexpression_values
from pfviz.tiny.words import StoryWords
from tests.tiny.expected import boxed, evaluated


def name_of(template: stories.Template) -> str:
    return getattr(template, "__name__", "?")


def only(monkeypatch: pytest.MonkeyPatch, template: stories.Template) -> None:
    monkeypatch.setattr(stories, "TEMPLATES", (template, template))


def test_there_are_at_least_twelve_templates() -> None:
    assert len(set(stories.TEMPLATES)) == len(stories.TEMPLATES) >= 12
    assert name_of(stories.TEMPLATES[0]) == "collection"


def test_every_template_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def recording(template: stories.Template) -> stories.Template:
        def tell(words: StoryWords) -> tuple[str, Expr]:
            told.append(name_of(template))
            return template(words)

        return tell

    monkeypatch.setattr(stories, "TEMPLATES", tuple(recording(t) for t in stories.TEMPLATES))
    used = set()
    for seed in range(600):
        stories.make_task(random.Random(seed))
        used.add(told[-1])  # the last one told is the one that was kept
    assert len(used) == len(stories.TEMPLATES)


@pytest.mark.parametrize("template", stories.TEMPLATES, ids=name_of)
def test_a_template(template: stories.Template, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, template)
    texts = set()
    for seed in range(60):
        rng = random.Random(seed)
        task = stories.make_task(rng)
        texts.add(task.text)
        assert task.answer == evaluated(render(task.start))
        assert all(v.denominator == 1 and 0 <= v <= arithmetic.MAX_VALUE for v in subexpression_values(task.start))
        assert 1 <= count_operations(task.start) <= 5
        assert not re.search(r"[{}]|  ", task.text)
        assert task.text.endswith("?")
        lines = stories.solve(rng, task.start, task.answer)
        assert 2 <= len(lines) <= 6
        assert all(line.ok for line in lines)
        assert all(oracle.judge_steps("story", task.answer, [line.text for line in lines]))
        assert boxed(lines[-1].text) == task.answer
    assert len(texts) > 50


MEANINGS: dict[str, Callable[..., float | Fraction]] = {
    "bags": lambda text, a, k, m, c: a + k * m - c,
    "seats": lambda text, k, m, c: c if "empty" in text and "free" in text else k * m - c,
    "boxes": lambda text, k, m, c: k * m - c,
    "half": lambda text, a, b: a / 2 + (b if re.search(r"(?:buys|finds|gets) \d+ more", text) else -b),
    "sharing": lambda text, a, k, more: a / k + more,
    "leftover": lambda text, a, b, k: (a - b) / k,
    "groups": lambda text, people, size, m: people / size * m,
    "shopping": lambda text, a, b, c, d: a * c + b * d if "costs" in text else a * b + c * d,
    "change": lambda text, a, b, c: c - a * b if "change" in text else a - b * c,
    "wages": lambda text, p, h, s: p * h + (s if "already" in text else -s),
    "travel": lambda text, v, h, more: v * h + (-more if "back" in text else more),
    "rectangle": lambda text, a, b: a * b if "area" in text else 2 * (a + b),
    "rows": lambda text, k, m, d: k * m + (d if "more" in text else -d),
    "weather": lambda text, a, b, c: a + b - c,
    "reading": lambda text, total, p, d, s=0: total - p * d - s,
}


@pytest.mark.parametrize("template", [t for t in stories.TEMPLATES if name_of(t) in MEANINGS], ids=name_of)
def test_the_expression_is_what_the_text_asks_for(template: stories.Template, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers of the text, in the order of reading, put into the meaning of the story."""
    only(monkeypatch, template)
    for seed in range(60):
        task = stories.make_task(random.Random(seed))
        numbers = [Fraction(n) for n in re.findall(r"\d+", task.text)]
        assert MEANINGS[name_of(template)](task.text.lower(), *numbers) == task.answer, task.text


def test_slips_are_labelled_as_the_oracle_judges() -> None:
    wrong = misread = 0
    for seed in range(600):
        rng = random.Random(seed)
        task = stories.make_task(rng)
        lines = stories.solve(rng, task.start, task.answer, slip=0.3)
        verdicts = [line.ok for line in lines]
        assert verdicts == oracle.judge_steps("story", task.answer, [line.text for line in lines]), lines
        wrong += not verdicts[-1]
        misread += not verdicts[0]
    assert 150 < wrong < 500
    assert 60 < misread < wrong


def test_the_words_of_one_story_fit_together() -> None:
    made_up = 0
    for seed in range(300):
        words = StoryWords(random.Random(seed))
        assert words.name != words.other
        assert words.name[0].isupper()
        assert (words.he, words.him, words.his) == (("She", "her", "her") if words.she else ("He", "him", "his"))
        made_up += words.things not in stories_nouns()
    assert 5 < made_up < 60


def stories_nouns() -> list[str]:
    from pfviz.tiny.names import THINGS

    return THINGS
