"""Stories of money and work: shopping, change, wages, making things."""

from __future__ import annotations

from pfviz.tiny.expressions import Expr
from pfviz.tiny.names import CONTAINERS, GOODS
from pfviz.tiny.words import StoryWords


def shopping(w: StoryWords) -> tuple[str, Expr]:
    """The total cost of two sorts of goods."""
    one, two = w.rng.sample(GOODS, 2)
    p, q, k, m = w.n(1, 12), w.n(1, 15), w.n(2, 9), w.n(2, 9)
    text = w.pick(
        f"A {one} costs {p} {w.money} and a {two} costs {q} {w.money}. {w.name} buys {k} {one}s and {m} {two}s.",
        f"{w.name} buys {k} {one}s for {p} {w.money} each and {m} {two}s for {q} {w.money} each.",
    )
    he = w.he.lower()
    ask = w.pick(
        f"How much does {he} pay?",
        f"How many {w.money} does {he} spend?",
        "What is the total cost?",
        f"How much does {he} spend in all?",
    )
    return f"{text} {ask}", ("+", ("*", k, p), ("*", m, q))


def change(w: StoryWords) -> tuple[str, Expr]:
    """What is left of a sum after buying."""
    one, k, p, paid = w.rng.choice(GOODS), w.n(2, 9), w.n(2, 12), w.rng.choice((20, 50, 100, 60, 80))
    name, money, he = w.name, w.money, w.he.lower()
    text = w.pick(
        f"{name} buys {k} {one}s at {p} {money} each and pays with {paid} {money}. How much change does {he} get?",
        f"{name} has {paid} {money}. {w.he} buys {k} {one}s for {p} {money} each. How much money is left?",
        f"{name} has {paid} {money} and buys {k} {one}s that cost {p} {money} each. "
        f"How many {money} does {he} have left?",
    )
    return text, ("-", paid, ("*", k, p))


def wages(w: StoryWords) -> tuple[str, Expr]:
    """What is earned, and what is spent of it or was there before."""
    p, h, s = w.n(3, 15), w.n(2, 10), w.n(1, 40)
    money, he = w.money, w.he.lower()
    work = w.pick(
        f"earns {p} {money} an hour and works {h} hours",
        f"earns {p} {money} a day for {h} days",
        f"saves {p} {money} a week for {h} weeks",
        f"works {h} hours for {p} {money} an hour",
    )
    earned: Expr = ("*", p, h)
    if w.rng.random() < 0.3:
        before = f"{w.he} already had {s} {money}."
        return f"{w.name} {work}. {before} How many {money} does {he} have now?", ("+", earned, s)
    ask = w.pick(
        "How much is left?",
        f"How much money does {he} have left?",
        f"How many {money} are left?",
    )
    return f"{w.name} {work}. {w.he} spends {s} {money}. {ask}", ("-", earned, s)


def factory(w: StoryWords) -> tuple[str, Expr]:
    """So many a day for so many days; then sold or packed."""
    p, d, s, k = w.n(2, 20), w.n(2, 9), w.n(1, 30), w.n(2, 6)
    who = w.pick("A baker", "A machine", "A factory", w.name, "A farmer")
    verb, unit = w.pick("makes", "packs", "produces", "paints"), w.pick("day", "hour", "week", "minute")
    text = f"{who} {verb} {p} {w.things} {w.pick('a', 'every', 'each')} {unit}."
    made: Expr = ("*", p, d)
    kind = w.choose(0, 2)
    if kind == 0:
        return f"{text} After {d} {unit}s {s} are sold. How many {w.things} are left?", ("-", made, s)
    if kind == 1:
        return f"{text} How many {w.things} is that in {d} {unit}s?", made
    packed = f"After {d} {unit}s they are packed in {w.noun(CONTAINERS)} of {k}."
    return f"{text} {packed} How many {w.pick('are needed', 'is that')}?", ("/", made, k)
