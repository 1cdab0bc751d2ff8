"""Word problems: templates that tell a story and say which expression it asks for.

A template draws its words and numbers and returns (text, expression). Numbers are rejected afterwards, in `make`, when
a value inside the expression is negative, not an integer, or too large; so templates can be written freely.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from pfviz.tiny import arithmetic
from pfviz.tiny.expressions import Expr, ExpressionError, operations, render, value, values_inside
from pfviz.tiny.names import FOOD, HE, MONEY, PACKS, PEOPLE, PLACES, PLANTS, SEATS, SHE, SOLD, THINGS
from pfviz.tiny.tasks import Line, Task

Template = Callable[["Words"], tuple[str, Expr]]
TEMPLATES: list[Template] = []


def template(function: Template) -> Template:
    TEMPLATES.append(function)
    return function


class Words:
    """One story's draws: a person, things, and numbers."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.she = rng.random() < 0.5
        self.name = self.person(self.she)
        self.he = "She" if self.she else "He"
        self.him = "her" if self.she else "him"
        self.his = "her" if self.she else "his"
        self.other = self.person(rng.random() < 0.5)
        while self.other == self.name:
            self.other = self.person(rng.random() < 0.5)
        self.things = self.noun(THINGS)
        self.money = rng.choice(MONEY)

    def person(self, she: bool) -> str:
        return self.rng.choice(SHE if she else HE) if self.rng.random() < 0.93 else self.made_up().capitalize()

    def noun(self, nouns: list[str]) -> str:
        """Mostly a known noun; now and then one that nobody has heard of, so that a visitor's own words work."""
        return self.rng.choice(nouns) if self.rng.random() < 0.93 else self.made_up() + "s"

    def made_up(self) -> str:
        return "".join(
            self.rng.choice("bcdfghjklmnprstvwz") + self.rng.choice("aeiou") + self.rng.choice(["", "n", "r", "l", "s"])
            for _ in range(self.rng.randint(1, 3))
        )

    def pick(self, *options: str) -> str:
        return self.rng.choice(options)

    def n(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)


def make(rng: random.Random) -> Task:
    """A random story with 1-5 operations; all values inside are integers in 0..200."""
    while True:
        words = Words(rng)
        told = TEMPLATES[0] if rng.random() < 0.35 else rng.choice(TEMPLATES[1:])
        text, expr = told(words)
        try:
            inside = values_inside(expr)
        except ExpressionError:
            continue
        if all(v.denominator == 1 and 0 <= v <= arithmetic.LIMIT for v in inside) and operations(expr) <= 5:
            if rng.random() < 0.05:
                text = text.lower()
            return Task("story", text, Fraction(value(expr)), expr, text)


def solve(rng: random.Random, expr: Expr, answer: Fraction, slip: float = 0.0) -> list[Line]:
    """Say which expression is asked for, then reduce it; each step slips with probability `slip`."""
    written = expr
    if rng.random() < slip:
        for _ in range(6):
            wrong = arithmetic.miscopied(rng, expr)
            if isinstance(wrong, tuple) and arithmetic.solvable(wrong) and value(wrong) != value(expr):
                written = wrong
                break
    ok = value(written) == answer
    return [Line(f"We need {render(written)}.", ok), *arithmetic.solve(rng, written, answer, slip, ok)]


def _question(w: Words, verb: str = "have") -> str:
    he = w.he.lower()
    return w.pick(
        f"How many {w.things} does {he} {verb}?",
        f"How many {w.things} does {he} {verb} now?",
        f"How many {w.things} does {w.name} {verb} now?",
        f"How many {w.things} are left?" if verb == "have" else f"How many {w.things} does {he} {verb}?",
        f"How many {w.things} does {he} {verb} in the end?",
    )


def _event(w: Words, now: Expr, last: bool) -> tuple[str, Expr]:
    """One thing that happens to somebody's collection, said without its subject."""
    n, k, m = w.n(1, 25), w.n(2, 9), w.n(2, 12)
    kind = w.rng.choices(range(6), (4, 5, 3, 1.4, 1.4, 1.2))[0]
    if kind == 0:
        said = w.pick(
            "buys {} more",
            "finds {}",
            "gets {} more",
            f"gets {{}} from {w.other}",
            "wins {}",
            "finds {} more",
            "is given {}",
            "collects {} more",
            "picks {} more",
            "buys {}",
        )
        return said.format(n), ("+", now, n)
    if kind == 1:
        said = w.pick(
            "gives {} away",
            "loses {}",
            f"gives {{}} to {w.other}",
            "gives away {}",
            "sells {}",
            "breaks {}",
            f"gives {w.other} {{}}",
            "throws {} away",
            "uses {}",
            f"gives {{}} to {w.his} friend",
        )
        return said.format(n), ("-", now, n)
    if kind == 2:
        said = w.pick(
            "buys {} {} of {}",
            "gets {} {} of {}",
            "finds {} {} of {}",
            "buys {} {} of {} more",
            "buys {} {} with {} in each",
            "buys {} {} with {} each",
        )
        return said.format(k, w.noun(PACKS), m), ("+", now, ("*", k, m))
    if kind == 3:
        times, word = w.pick("doubles", "triples", "doubles").strip(), {"doubles": 2, "triples": 3}
        return f"{times} {w.his} collection", ("*", now, word[times])
    if kind == 4 and last:
        return f"shares them equally among {k} {w.noun(PEOPLE)}", ("/", now, k)
    said = w.pick("gives {} to each of {} {}", "gives {} each to {} {}")
    return said.format(k, m, w.noun(PEOPLE)), ("-", now, ("*", k, m))


@template
def collection(w: Words) -> tuple[str, Expr]:
    expr: Expr = w.n(1, 60)
    text = w.pick("{} has {} {}.", "{} starts with {} {}.", "{} had {} {}.", "{} owns {} {}.").format(
        w.name, expr, w.things
    )
    if w.rng.random() < 0.12:
        k, m = w.n(2, 10), w.n(2, 12)
        text, expr = f"{w.name} has {k} {w.noun(PACKS)} of {m} {w.things}.", ("*", k, m)
    events = w.rng.choices((1, 2, 3), (3, 5, 2))[0]
    said: list[str] = []
    shared = False
    for i in range(events):
        words, expr = _event(w, expr, i == events - 1)
        shared = words.startswith("shares")
        said.append(words)
    subject = w.pick(w.he, w.he, w.name)
    if len(said) >= 2 and w.rng.random() < 0.5:
        joined = ", ".join(said[:-1]) + w.pick(" and ", " and ", ", then ", " and then ") + said[-1]
        text += f" {subject} {joined}."
    else:
        then = w.pick("Then", "After that", "Later", "Next")
        for i, words in enumerate(said):
            text += f" {subject} {words}." if i == 0 or w.rng.random() < 0.4 else f" {then} {w.he.lower()} {words}."
    question = w.pick(f"How many {w.things} does each get?", "How many does each one get?") if shared else _question(w)
    return f"{text} {question}", expr


@template
def bags(w: Words) -> tuple[str, Expr]:
    a, k, m, c = w.n(1, 40), w.n(2, 9), w.n(2, 12), w.n(1, 20)
    return (
        f"{w.name} has {a} {w.things}. {w.he} buys {k} {w.noun(PACKS)} of {m} {w.things} and gives {c} away. {_question(w)}",
        ("-", ("+", a, ("*", k, m)), c),
    )


@template
def seats(w: Words) -> tuple[str, Expr]:
    k, m, c = w.n(2, 12), w.n(3, 15), w.n(1, 30)
    place, seat = w.noun(PLACES), w.rng.choice(SEATS)
    end = w.pick(
        f"{c} {seat} are broken. How many {seat} can be used?", f"{c} {seat} are taken. How many {seat} are free?",
        f"{c} {seat} are empty. How many {seat} are taken?", f"{c} people sit down. How many {seat} are free?",
    )  # fmt: skip
    return f"A {place} has {k} rows of {m} {seat}. {end}", ("-", ("*", k, m), c)


@template
def shopping(w: Words) -> tuple[str, Expr]:
    one, two = w.rng.sample(SOLD, 2)
    p, q, k, m = w.n(1, 12), w.n(1, 15), w.n(2, 9), w.n(2, 9)
    text = w.pick(
        f"A {one} costs {p} {w.money} and a {two} costs {q} {w.money}. {w.name} buys {k} {one}s and {m} {two}s.",
        f"{w.name} buys {k} {one}s for {p} {w.money} each and {m} {two}s for {q} {w.money} each.",
    )
    ask = w.pick(
        f"How much does {w.he.lower()} pay?",
        f"How many {w.money} does {w.he.lower()} spend?",
        "What is the total cost?",
        f"How much does {w.he.lower()} spend in all?",
    )
    return f"{text} {ask}", ("+", ("*", k, p), ("*", m, q))


@template
def change(w: Words) -> tuple[str, Expr]:
    one, k, p, paid = w.rng.choice(SOLD), w.n(2, 9), w.n(2, 12), w.rng.choice((20, 50, 100, 60, 80))
    text = w.pick(
        f"{w.name} buys {k} {one}s at {p} {w.money} each and pays with {paid} {w.money}. How much change does {w.he.lower()} get?",
        f"{w.name} has {paid} {w.money}. {w.he} buys {k} {one}s for {p} {w.money} each. How much money is left?",
        f"{w.name} has {paid} {w.money} and buys {k} {one}s that cost {p} {w.money} each. How many {w.money} does {w.he.lower()} have left?",
    )
    return text, ("-", paid, ("*", k, p))


@template
def sharing(w: Words) -> tuple[str, Expr]:
    k, each, more = w.n(2, 9), w.n(2, 15), w.n(1, 12)
    a, people = k * each, w.noun(PEOPLE)
    text = w.pick(
        f"{a} {w.things} are shared equally among {k} {people}. Then each gets {more} more.",
        f"{w.name} shares {a} {w.things} equally among {k} {people} and gives each {more} more.",
    )
    return f"{text} How many {w.things} does each have?", ("+", ("/", a, k), more)


@template
def travel(w: Words) -> tuple[str, Expr]:
    v, h, more = w.n(3, 40), w.n(2, 5), w.n(1, 30)
    who = w.pick("A train", "A car", "A bus", "A ship", w.name, "A cyclist")
    verb = w.pick("goes", "travels", "moves")
    unit = w.pick("km", "miles", "kilometres")
    back = w.rng.random() < 0.25
    tail = f"then {more} {unit} back" if back else f"then {more} {unit} more"
    ask = (
        "How far is it from the start?"
        if back
        else w.pick("How far does it go in all?", f"How many {unit} is that in all?", "How far is that?")
    )
    return f"{who} {verb} {v} {unit} an hour for {h} hours and {tail}. {ask}", ("-" if back else "+", ("*", v, h), more)


@template
def ages(w: Words) -> tuple[str, Expr]:
    a, k, d = w.n(3, 20), w.n(2, 4), w.n(1, 12)
    kind = w.n(0, 3)
    if kind == 0:
        return f"{w.name} is {a} years old. {w.other} is {k} times as old. How old will {w.other} be in {d} years?", (
            "+",
            ("*", a, k),
            d,
        )
    if kind == 1:
        return f"{w.name} is {a} years old. {w.other} is {d} years older than {w.name}. How old are they together?", (
            "+",
            a,
            ("+", a, d),
        )
    if kind == 2:
        return f"{w.name} is {a} years old. {w.other} is {d} years younger. How old will {w.other} be in {k} years?", (
            "+",
            ("-", a, d),
            k,
        )
    return f"{w.other} is {d} years older than {w.name}, who is {a}. How old was {w.other} {k} years ago?", (
        "-",
        ("+", a, d),
        k,
    )


@template
def wages(w: Words) -> tuple[str, Expr]:
    p, h, s = w.n(3, 15), w.n(2, 10), w.n(1, 40)
    work = w.pick(
        f"earns {p} {w.money} an hour and works {h} hours",
        f"earns {p} {w.money} a day for {h} days",
        f"saves {p} {w.money} a week for {h} weeks",
        f"works {h} hours for {p} {w.money} an hour",
    )
    if w.rng.random() < 0.3:
        return f"{w.name} {work}. {w.he} already had {s} {w.money}. How many {w.money} does {w.he.lower()} have now?", (
            "+",
            ("*", p, h),
            s,
        )
    return (
        f"{w.name} {work}. {w.he} spends {s} {w.money}. {w.pick('How much is left?', f'How much money does {w.he.lower()} have left?', f'How many {w.money} are left?')}",
        ("-", ("*", p, h), s),
    )


@template
def rectangle(w: Words) -> tuple[str, Expr]:
    a, b, unit = w.n(2, 20), w.n(2, 12), w.pick("cm", "m", "metres")
    what = w.pick("rectangle", "garden", "field", "room", "yard")
    given = w.pick(
        f"A {what} is {a} {unit} long and {b} {unit} wide.", f"A {what} is {b} {unit} wide and {a} {unit} long."
    )
    if w.rng.random() < 0.5:
        return f"{given} {w.pick('What is its perimeter?', 'How long is the fence around it?')}", ("*", 2, ("+", a, b))
    return f"{given} What is its area?", ("*", a, b)


@template
def bus(w: Words) -> tuple[str, Expr]:
    expr: Expr = w.n(5, 50)
    what, people = w.pick("bus", "train", "tram", "boat", "lift"), w.pick("people", "passengers")
    text = w.pick(
        f"A {what} has {expr} {people}.",
        f"There are {expr} {people} on a {what}.",
        f"A {what} starts with {expr} {people}.",
    )
    for i in range(w.n(1, 2)):
        off, on = w.n(1, 20), w.n(1, 20)
        stop = (
            w.pick("At the first stop", "At a stop", "At the station") if i == 0 else w.pick("At the next stop", "Then")
        )
        if w.rng.random() < 0.7:
            text += f" {stop} {off} get off and {on} get on."
            expr = ("+", ("-", expr, off), on)
        else:
            text += f" {stop} {off} get off."
            expr = ("-", expr, off)
    return f"{text} How many {people} are on the {what} now?", expr


@template
def boxes(w: Words) -> tuple[str, Expr]:
    k, m, c, food = w.n(2, 12), w.n(2, 12), w.n(1, 25), w.noun(FOOD)
    pack = w.noun(PACKS)
    text = w.pick(
        f"There are {k} {pack} with {m} {food} in each.",
        f"{w.name} has {k} {pack} of {m} {food}.",
        f"A shop has {k} {pack} of {m} {food}.",
    )
    end = w.pick(
        f"{c} {food} are bad. How many are good?",
        f"{c} of them are sold. How many {food} are left?",
        f"{c} {food} are eaten. How many are left?",
    )
    return f"{text} {end}", ("-", ("*", k, m), c)


@template
def reading(w: Words) -> tuple[str, Expr]:
    total, p, d, s = w.n(40, 200), w.n(3, 20), w.n(2, 9), w.n(1, 20)
    text = f"A book has {total} pages. {w.name} reads {p} pages a day for {d} days"
    if w.rng.random() < 0.4:
        return f"{text} and then {s} more pages. How many pages are left?", ("-", ("-", total, ("*", p, d)), s)
    return f"{text}. {w.pick('How many pages are left?', f'How many pages does {w.he.lower()} still have to read?')}", (
        "-",
        total,
        ("*", p, d),
    )


@template
def weather(w: Words) -> tuple[str, Expr]:
    a, b, c = w.n(5, 30), w.n(1, 15), w.n(1, 15)
    text = f"The temperature is {a} degrees. It {w.pick('rises', 'goes up')} by {b} degrees and then {w.pick('falls', 'drops')} by {c} degrees."
    return f"{text} What is {w.pick('it', 'the temperature')} now?", ("-", ("+", a, b), c)


@template
def groups(w: Words) -> tuple[str, Expr]:
    size, g, m = w.n(2, 8), w.n(2, 9), w.n(2, 9)
    people = w.pick("pupils", "students", "children", "players")
    text = f"{size * g} {people} are split into groups of {size}. Each group gets {m} {w.things}."
    return f"{text} How many {w.things} are needed?", ("*", ("/", size * g, size), m)


@template
def comparison(w: Words) -> tuple[str, Expr]:
    a, k, b = w.n(2, 30), w.n(2, 5), w.n(1, 20)
    kind = w.n(0, 4)
    together = w.rng.random() < 0.4
    expr: Expr
    if kind == 0:
        said, expr = f"{k} times as many", ("*", a, k)
    elif kind == 1:
        said, expr = f"{b} more {w.things} than {w.name}", ("+", a, b)
    elif kind == 2:
        said, expr = f"{b} fewer {w.things} than {w.name}", ("-", a, b)
    elif kind == 3:
        said, expr = f"{b} more than {w.pick('twice', '3 times')} as many", ("+", ("*", a, 2), b)
        if "3 times" in said:
            expr = ("+", ("*", a, 3), b)
    else:
        said, expr = "twice as many", ("*", a, 2)
    text = f"{w.name} has {a} {w.things}. {w.other} has {said}."
    if together:
        return f"{text} How many {w.things} do they have {w.pick('together', 'in all', 'altogether')}?", ("+", a, expr)
    return f"{text} How many {w.things} does {w.other} have?", expr


@template
def rows(w: Words) -> tuple[str, Expr]:
    k, m, d, plants = w.n(2, 12), w.n(2, 12), w.n(1, 20), w.noun(PLANTS)
    text = w.pick(f"{w.name} plants {k} rows of {m} {plants}.", f"A garden has {k} rows of {m} {plants}.")
    if w.rng.random() < 0.5:
        return f"{text} {d} {w.pick('die', 'are cut down')}. How many {plants} are left?", ("-", ("*", k, m), d)
    return f"{text} {w.he} plants {d} more. How many {plants} are there now?", ("+", ("*", k, m), d)


@template
def leftover(w: Words) -> tuple[str, Expr]:
    a, b, k = w.n(10, 60), w.n(1, 20), w.n(2, 8)
    a = b + k * max(1, (a - b) // k)
    people = w.noun(PEOPLE)
    text = f"{w.name} has {a} {w.things}. {w.he} keeps {b} and shares the rest equally among {k} {people}."
    return f"{text} How many {w.things} does each {w.pick('get', 'one get')}?", ("/", ("-", a, b), k)


@template
def two_people(w: Words) -> tuple[str, Expr]:
    a, b, c = w.n(2, 50), w.n(2, 50), w.n(1, 25)
    text = f"{w.name} has {a} {w.things} and {w.other} has {b} {w.things}."
    kind = w.n(0, 3)
    if kind == 0:
        return (
            f"{text} They {w.pick('give away', 'lose', 'use', 'sell')} {c}. How many {w.things} do they have {w.pick('together', 'in all', 'left')}?",
            ("-", ("+", a, b), c),
        )
    if kind == 1:
        return f"{text} They {w.pick('find', 'buy', 'get')} {c} more. How many {w.things} do they have in all?", (
            "+",
            ("+", a, b),
            c,
        )
    if kind == 2:
        return f"{text} How many {w.things} do they have {w.pick('together', 'in all', 'altogether', 'in total')}?", (
            "+",
            a,
            b,
        )
    return f"{text} {w.name} gives {c} to {w.other}. How many {w.things} does {w.other} have now?", ("+", b, c)


@template
def factory(w: Words) -> tuple[str, Expr]:
    p, d, s, k = w.n(2, 20), w.n(2, 9), w.n(1, 30), w.n(2, 6)
    who = w.pick("A baker", "A machine", "A factory", w.name, "A farmer")
    verb, unit = w.pick("makes", "packs", "produces", "paints"), w.pick("day", "hour", "week", "minute")
    text = f"{who} {verb} {p} {w.things} {w.pick('a', 'every', 'each')} {unit}."
    kind = w.n(0, 2)
    if kind == 0:
        return f"{text} After {d} {unit}s {s} are sold. How many {w.things} are left?", ("-", ("*", p, d), s)
    if kind == 1:
        return f"{text} How many {w.things} is that in {d} {unit}s?", ("*", p, d)
    return (
        f"{text} After {d} {unit}s they are packed in {w.noun(PACKS)} of {k}. How many {w.pick('are needed', 'is that')}?",
        ("/", ("*", p, d), k),
    )


@template
def half(w: Words) -> tuple[str, Expr]:
    a, b = 2 * w.n(2, 40), w.n(1, 20)
    verb = w.pick(
        "gives half of them away",
        "sells half of them",
        f"gives half of them to {w.other}",
        "eats half of them",
        "loses half of them",
    )
    more = w.rng.random() < 0.6
    tail = (
        f"Then {w.he.lower()} {w.pick('buys', 'finds', 'gets')} {b} more."
        if more
        else f"Then {w.he.lower()} {w.pick('loses', 'sells', 'gives away')} {b}."
    )
    return f"{w.name} has {a} {w.things}. {w.he} {verb}. {tail} {_question(w)}", ("+" if more else "-", ("/", a, 2), b)
