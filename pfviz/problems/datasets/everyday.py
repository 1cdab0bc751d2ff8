"""Short problems of the kinds that people type, made by rules with random numbers, for models that read any text.

A new kind is one function and one entry of `KINDS`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from pfviz.problems.problem import Problem

Draw = tuple[str, Fraction | int]
"""A problem and its answer."""

_NAMES = ("Anna", "Luis", "Mei", "Omar", "Kate", "Raj", "Nina", "Paul", "Zoe", "Igor", "Lena", "Sam")
_THINGS = ("apples", "stickers", "marbles", "books", "pencils", "coins", "shells", "cookies", "stamps", "balls")
_PARTS = ((2, "Half"), (3, "A third"), (4, "A quarter"), (5, "A fifth"))
_PERCENTS = (5, 10, 20, 25, 30, 40, 50, 60, 75)


def load_everyday(number: int, seed: int, path: Path | None = None) -> list[Problem]:
    """Return problems that go through the kinds again and again; no two are the same."""
    found: dict[str, Problem] = {}
    k = 0
    while len(found) < number:
        text, answer = KINDS[k % len(KINDS)](random.Random(f"everyday {seed} {k}"))
        found.setdefault(text, Problem(text, str(answer)))
        k += 1
    return list(found.values())


def _expression(rng: random.Random) -> Draw:
    a, b, c, d = rng.randint(5, 60), rng.randint(2, 12), rng.randint(2, 12), rng.randint(2, 9)
    e, f = d * rng.randint(2, 12), rng.randint(2, 20)
    return rng.choice(
        (
            (f"{a} + {b} * {c} - {e} / {d}", a + b * c - e // d),
            (f"{b} * ({c} + {f}) - {a}", b * (c + f) - a),
            (f"{a} - {b} * {d} + {e} / {d} + {f}", a - b * d + e // d + f),
            (f"What is {a} + {f} * {b}?", a + f * b),
            (f"({a} + {f}) * {b} - {c} * {d}", (a + f) * b - c * d),
        )
    )


def _power(rng: random.Random) -> Draw:
    base, c = rng.randint(2, 6), rng.randint(1, 20)
    exponent = rng.randint(2, 5 if base < 4 else 3)
    sums = (f"What is {base}^{exponent} + {c}?", base**exponent + c)
    return rng.choice((sums, (f"Compute {base}^{exponent} - {c}.", base**exponent - c)))


def _percent(rng: random.Random) -> Draw:
    percent, whole = rng.choice(_PERCENTS), 20 * rng.randint(1, 15)
    share = Fraction(percent * whole, 100)
    story = f"{percent} percent of {whole} students play chess. How many students play chess?"
    return rng.choice(((f"What is {percent}% of {whole}?", share), (story, share)))


def _price(rng: random.Random) -> Draw:
    percent, price = rng.choice((10, 20, 25, 30, 40, 50)), 20 * rng.randint(1, 6)
    thing = rng.choice(("coat", "bag", "lamp", "game", "chair"))
    less = (f"A {thing} costs {price} dollars. It is {percent}% off. How much is it now?", 100 - percent)
    more = (f"A {thing} costs {price} dollars and its price goes up by {percent}%. What does it cost?", 100 + percent)
    text, left = rng.choice((less, more))
    return text, Fraction(price * left, 100)


def _fractions(rng: random.Random) -> Draw:
    a, b = sorted(rng.sample(range(2, 9), 2))
    total, difference = Fraction(1, a) + Fraction(1, b), Fraction(1, a) - Fraction(1, b)
    return rng.choice(((f"What is 1/{a} + 1/{b}?", total), (f"What is 1/{a} - 1/{b}?", difference)))


def _rate(rng: random.Random) -> Draw:
    known, price, asked = rng.randint(2, 6), rng.randint(2, 7), rng.randint(7, 12)
    thing = rng.choice(("tickets", "notebooks", "bottles", "lemons"))
    return f"If {known} {thing} cost {known * price} dollars, how much do {asked} {thing} cost?", asked * price


def _part(rng: random.Random) -> Draw:
    parts, word = rng.choice(_PARTS)
    whole = parts * rng.randint(4, 15)
    things, gone = rng.choice((("birds", "fly away"), ("cakes", "are sold"), ("eggs", "break"), ("guests", "go home")))
    text = f"There are {whole} {things}. {word} of the {things} {gone}. How many {things} are left?"
    return text, whole - whole // parts


def _area(rng: random.Random) -> Draw:
    a, b = rng.randint(3, 15), rng.randint(3, 15)
    return rng.choice(
        (
            (f"What is the area of a rectangle that is {a} m long and {b} m wide?", a * b),
            (f"Find the perimeter of a rectangle with sides {a} and {b}.", 2 * (a + b)),
            (f"A square has a side of {a} cm. What is its area?", a * a),
            (f"A triangle has a base of {2 * a} and a height of {b}. What is its area?", a * b),
        )
    )


def _system(rng: random.Random) -> Draw:
    y = rng.randint(1, 9)
    x = y + rng.randint(1, 12)
    return rng.choice(
        (
            (f"If x + y = {x + y} and x - y = {x - y}, what is y?", y),
            (f"Solve x + y = {x + y}, x - y = {x - y} for x.", x),
            (f"Two numbers add up to {x + y} and differ by {x - y}. What is the larger one?", x),
        )
    )


def _equation(rng: random.Random) -> Draw:
    a, x, b = rng.randint(2, 9), rng.randint(2, 15), rng.randint(1, 30)
    return rng.choice(
        (
            (f"Solve {a}x + {b} = {a * x + b}.", x),
            (f"Solve {a}x - {b} = {a * x - b} for x.", x),
            (f"{a} times a number plus {b} is {a * x + b}. What is the number?", x),
        )
    )


def _journey(rng: random.Random) -> Draw:
    fast, slow, first, then = rng.randrange(40, 90, 10), rng.choice((30, 45, 55)), rng.randint(2, 4), rng.randint(2, 3)
    who = rng.choice(("car", "bus", "train", "boat"))
    text = f"A {who} goes {fast} km per hour for {first} hours and {slow} km per hour for {then} hours."
    return f"{text} How far does it go in all?", fast * first + slow * then


def _times(rng: random.Random) -> Draw:
    (a, b), thing = rng.sample(_NAMES, 2), rng.choice(_THINGS)
    k, n = rng.randint(2, 5), rng.randint(4, 15)
    together = f"{a} has {k} times as many {thing} as {b}. {b} has {n} {thing}. How many {thing} do they have together?"
    more = f"{a} has {n} more {thing} than {b}. Together they have {(2 * k + 1) * n} {thing}. How many does {b} have?"
    fewer = f"{b} has {n * k} {thing}. That is {k} times as many as {a} has. How many {thing} does {a} have?"
    return rng.choice(((together, (k + 1) * n), (more, k * n), (fewer, n)))


def _boxes(rng: random.Random) -> Draw:
    who, thing = rng.choice(_NAMES), rng.choice(_THINGS)
    boxes, each, more = rng.randint(3, 7), rng.randint(4, 9), rng.randint(2, 4)
    given = rng.randint(3, boxes * each - 1)
    packs, gets = rng.choice((("boxes", "buys"), ("bags", "gets"), ("packs", "finds")))
    text = f"{who} has {boxes} {packs} of {each} {thing}. {who} gives away {given} {thing} and then {gets} {more} more"
    return f"{text} {packs}. How many {thing} does {who} have?", (boxes + more) * each - given


def _change(rng: random.Random) -> Draw:
    who, books, price = rng.choice(_NAMES), rng.randint(2, 6), rng.randint(2, 9)
    pens, each = rng.randint(2, 5), rng.randint(2, 6)
    cost = books * price + pens * each
    paid = (cost // 10 + 1) * 10
    text = f"{who} buys {books} books for {price} dollars each and {pens} pens for {each} dollars each, and pays with"
    return f"{text} {paid} dollars. How much change does {who} get?", paid - cost


def _average(rng: random.Random) -> Draw:
    mean, count = rng.randint(8, 20), rng.randint(3, 4)
    moves = [rng.randint(-2, 2) for _ in range(count - 1)]
    numbers = [mean + move for move in (*moves, -sum(moves))]
    return f"What is the average of {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}?", mean


def _remainder(rng: random.Random) -> Draw:
    a, b = rng.randint(20, 99), rng.randint(3, 9)
    return f"What is the remainder when {a} is divided by {b}?", a % b


def _minutes(rng: random.Random) -> Draw:
    hours, minutes = rng.randint(2, 5), rng.randint(5, 55)
    return f"How many minutes are {hours} hours and {minutes} minutes?", 60 * hours + minutes


def _age(rng: random.Random) -> Draw:
    a, b = rng.sample(_NAMES, 2)
    older, now, years = rng.randint(2, 9), rng.randint(6, 20), rng.randint(2, 9)
    text = f"{a} is {older} years older than {b}. {b} will be {now + years} in {years} years. How old is {a} now?"
    return text, now + older


def _ratio(rng: random.Random) -> Draw:
    red, blue = rng.choice(((1, 2), (1, 3), (2, 1), (2, 3), (3, 2), (3, 4), (4, 1), (5, 2)))
    k = rng.randint(2, 9)
    return f"Red and blue balls are in the ratio {red}:{blue}. There are {(red + blue) * k} balls. How many are red?", (
        red * k
    )


def _pages(rng: random.Random) -> Draw:
    who, daily, weeks, left = rng.choice(_NAMES), rng.randint(2, 9), rng.randint(2, 5), rng.randint(3, 20)
    read = 7 * daily * weeks
    return (
        f"{who} reads {daily} pages every day for {weeks} weeks. The book has {read + left} pages. How many are left?",
        (left),
    )


def _friends(rng: random.Random) -> Draw:
    who, thing = rng.choice(_NAMES), rng.choice(_THINGS)
    friends, each, kept = rng.randint(3, 6), rng.randint(3, 9), rng.randint(1, 9)
    text = f"{who} has {friends * each + kept} {thing} and keeps {kept}. The rest is shared equally among {friends}"
    return f"{text} friends. How many {thing} does each friend get?", each


KINDS: tuple[Callable[[random.Random], Draw], ...] = (
    _expression, _power, _percent, _price, _fractions, _rate, _part, _area, _system, _equation, _journey, _times,
    _boxes, _change, _average, _remainder, _minutes, _age, _ratio, _pages, _friends,
)  # fmt: skip
"""In this order, again and again."""
