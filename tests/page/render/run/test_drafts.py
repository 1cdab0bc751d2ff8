"""What is being written is shown as text, and no more of it than there is room for."""

from __future__ import annotations

from pfviz.page.render.run.drafts import MAX_CHARACTERS, MAX_PARTICLES, show_drafts


def test_texts_are_escaped_and_cut_to_their_ends() -> None:
    shown = show_drafts({1: "<b>bold</b> & so", 0: "x" * 500 + " the end"}, 3)
    assert "step 3" in shown
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; so" in shown
    assert "<b>bold" not in shown
    assert shown.index("the end") < shown.index("bold")
    assert "x" * MAX_CHARACTERS not in shown


def test_of_many_particles_the_first_ones_are_shown() -> None:
    shown = show_drafts({n: f"text {n}." for n in range(MAX_PARTICLES + 3)}, 1)
    assert f"text {MAX_PARTICLES - 1}." in shown
    assert f"text {MAX_PARTICLES}." not in shown
    assert "and 3 more" in shown
