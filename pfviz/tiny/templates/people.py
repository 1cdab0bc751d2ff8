"""Stories between people: sharing, comparing, ages."""

from __future__ import annotations

from pfviz.tiny.expressions import Expr
from pfviz.tiny.names import PEOPLE
from pfviz.tiny.words import StoryWords


def sharing(w: StoryWords) -> tuple[str, Expr]:
    """Things are shared equally, then each gets more."""
    k, each, more = w.n(2, 9), w.n(2, 15), w.n(1, 12)
    a, people = k * each, w.noun(PEOPLE)
    text = w.pick(
        f"{a} {w.things} are shared equally among {k} {people}. Then each gets {more} more.",
        f"{w.name} shares {a} {w.things} equally among {k} {people} and gives each {more} more.",
    )
    return f"{text} How many {w.things} does each have?", ("+", ("/", a, k), more)


def leftover(w: StoryWords) -> tuple[str, Expr]:
    """Some are kept and the rest is shared."""
    a, b, k = w.n(10, 60), w.n(1, 20), w.n(2, 8)
    a = b + k * max(1, (a - b) // k)
    people = w.noun(PEOPLE)
    text = f"{w.name} has {a} {w.things}. {w.he} keeps {b} and shares the rest equally among {k} {people}."
    return f"{text} How many {w.things} does each {w.pick('get', 'one get')}?", ("/", ("-", a, b), k)


def groups(w: StoryWords) -> tuple[str, Expr]:
    """People are split into groups, and each group gets things."""
    size, g, m = w.n(2, 8), w.n(2, 9), w.n(2, 9)
    people = w.pick("pupils", "students", "children", "players")
    text = f"{size * g} {people} are split into groups of {size}. Each group gets {m} {w.things}."
    return f"{text} How many {w.things} are needed?", ("*", ("/", size * g, size), m)


def comparison(w: StoryWords) -> tuple[str, Expr]:
    """What one has, said by what the other has."""
    a, k, b = w.n(2, 30), w.n(2, 5), w.n(1, 20)
    kind = w.choose(0, 4)
    together = w.rng.random() < 0.4
    expr: Expr
    if kind == 0:
        said, expr = f"{k} times as many", ("*", a, k)
    elif kind == 1:
        said, expr = f"{b} more {w.things} than {w.name}", ("+", a, b)
    elif kind == 2:
        said, expr = f"{b} fewer {w.things} than {w.name}", ("-", a, b)
    elif kind == 3:
        times = w.pick("twice", "3 times")
        said, expr = f"{b} more than {times} as many", ("+", ("*", a, 2 if times == "twice" else 3), b)
    else:
        said, expr = "twice as many", ("*", a, 2)
    text = f"{w.name} has {a} {w.things}. {w.other} has {said}."
    if together:
        return f"{text} How many {w.things} do they have {w.pick('together', 'in all', 'altogether')}?", ("+", a, expr)
    return f"{text} How many {w.things} does {w.other} have?", expr


def two_people(w: StoryWords) -> tuple[str, Expr]:
    """Two people's things together, before or after something happens."""
    a, b, c = w.n(2, 50), w.n(2, 50), w.n(1, 25)
    text = f"{w.name} has {a} {w.things} and {w.other} has {b} {w.things}."
    both: Expr = ("+", a, b)
    kind = w.choose(0, 3)
    if kind == 0:
        lost = f"They {w.pick('give away', 'lose', 'use', 'sell')} {c}."
        return f"{text} {lost} How many {w.things} do they have {w.pick('together', 'in all', 'left')}?", ("-", both, c)
    if kind == 1:
        found = f"They {w.pick('find', 'buy', 'get')} {c} more."
        return f"{text} {found} How many {w.things} do they have in all?", ("+", both, c)
    if kind == 2:
        return (
            f"{text} How many {w.things} do they have {w.pick('together', 'in all', 'altogether', 'in total')}?",
            both,
        )
    return f"{text} {w.name} gives {c} to {w.other}. How many {w.things} does {w.other} have now?", ("+", b, c)


def ages(w: StoryWords) -> tuple[str, Expr]:
    """How old somebody is, will be, or was."""
    a, k, d = w.n(3, 20), w.n(2, 4), w.n(1, 12)
    one, two = w.name, w.other
    kind = w.choose(0, 3)
    known = f"{one} is {a} years old."
    if kind == 0:
        return f"{known} {two} is {k} times as old. How old will {two} be in {d} years?", ("+", ("*", a, k), d)
    if kind == 1:
        return f"{known} {two} is {d} years older than {one}. How old are they together?", ("+", a, ("+", a, d))
    if kind == 2:
        return f"{known} {two} is {d} years younger. How old will {two} be in {k} years?", ("+", ("-", a, d), k)
    return f"{two} is {d} years older than {one}, who is {a}. How old was {two} {k} years ago?", ("-", ("+", a, d), k)
