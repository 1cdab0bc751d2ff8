"""The draws that one story is told with: people, things, numbers, and which of several wordings."""

from __future__ import annotations

import random

from pfviz.tiny.names import CURRENCIES, FEMALE_NAMES, MALE_NAMES, THINGS

KNOWN_SHARE = 0.93  # share of names and nouns that come from the lists; the others are made up


class StoryWords:
    """One story's draws: a person with pronouns, another person, things, a currency; and more words on demand."""

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
        self.money = rng.choice(CURRENCIES)

    def person(self, she: bool) -> str:
        """A name; now and then one that nobody has heard of."""
        return (
            self.rng.choice(FEMALE_NAMES if she else MALE_NAMES)
            if self.rng.random() < KNOWN_SHARE
            else self.invent_word().capitalize()
        )

    def noun(self, nouns: list[str]) -> str:
        """Mostly a known noun; now and then one that nobody has heard of, so that a visitor's own words work."""
        return self.rng.choice(nouns) if self.rng.random() < KNOWN_SHARE else self.invent_word() + "s"

    def invent_word(self) -> str:
        """A word of one to three syllables that can be spoken."""
        return "".join(
            self.rng.choice("bcdfghjklmnprstvwz") + self.rng.choice("aeiou") + self.rng.choice(["", "n", "r", "l", "s"])
            for _ in range(self.rng.randint(1, 3))
        )

    def pick(self, *options: str) -> str:
        """One of several wordings."""
        return self.rng.choice(options)

    def n(self, low: int, high: int) -> int:
        """A number of the story from low to high, both included."""
        return self.rng.randint(low, high)

    def choose(self, low: int, high: int) -> int:
        """A number from low to high, both included, that says how the story goes on and does not stand in it."""
        return self.rng.randint(low, high)
