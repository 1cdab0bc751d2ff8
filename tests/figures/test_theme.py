"""What the theme promises: colours that differ, have dark twins and can be read."""

from __future__ import annotations

import pytest

from pfviz.figures import theme


def test_colours_of_the_scale_have_dark_twins() -> None:
    assert {colour for _, colour in theme.GAP_SCALE} | {theme.UNMEASURED_COLOUR} <= theme.LIGHT_TO_DARK.keys()


def test_tokens_are_distinct_and_the_reward_scale_is_the_same_in_the_dark() -> None:
    assert all(light == light.lower() and len(light) == 7 for light in theme.LIGHT_TO_DARK)
    assert not set(theme.LIGHT_TO_DARK) & set(theme.LIGHT_TO_DARK.values())
    assert not set(theme.LIGHT_TO_DARK) & {colour for _, colour in theme.REWARD_SCALE}
    tokens = [v for k, v in vars(theme).items() if k.isupper() and isinstance(v, str) and v.startswith("#")]
    assert len(set(tokens)) == len(tokens)
    assert set(tokens) | set(theme.WEIGHT_SCALE) | set(theme.RUN_COLOURS) | set(theme.CATEGORY_COLOURS) == set(
        theme.LIGHT_TO_DARK
    )


def _contrast(a: str, b: str) -> float:
    """WCAG 2.1 contrast ratio."""

    def light(colour: str) -> float:
        channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_their_ground(dark: bool) -> None:
    def at(token: str) -> str:
        return theme.LIGHT_TO_DARK[token] if dark else token

    for token in (
        theme.INK,
        theme.MUTED,
        theme.ACCENT,
        theme.RIGHT_COLOUR,
        theme.ESS_COLOUR,
        theme.ANCESTORS_COLOUR,
        theme.EVIDENCE_COLOUR,
        *theme.RUN_COLOURS,
    ):
        assert _contrast(at(token), at(theme.SURFACE)) >= 4.5, token
    for token in (theme.WRONG_COLOUR, theme.SURVIVOR_COLOUR, theme.OUTLINE):  # large or bold, or graphics
        assert _contrast(at(token), at(theme.SURFACE)) >= 3, token
