"""Which of the stored runs a list shows: what is typed, filters and order → SQL."""

from __future__ import annotations

import re
from typing import Any, overload

SORTS = {
    "newest": "updated DESC, number DESC",
    "oldest": "updated, number",
    "name": "lower(CASE name WHEN '' THEN problem ELSE name END), number",
    "particles": "particles DESC, number DESC",
    "steps": "steps DESC, number DESC",
    "ess": "ess IS NULL, ess / particles, number",
}
"""Name of an order → what SQL sorts by; "ess" begins with the runs whose weights collapsed most."""
MAX_WORDS = 16  # of a query; further ones are left out
_NO_SPACES = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff])")
"""Letters of languages that put no space between words."""


def to_words(text: str) -> str:
    """Return a text as it is indexed: each letter of a language without spaces is a word."""
    return _NO_SPACES.sub(r" \1 ", clean_text(text))


@overload
def clean_text(text: str) -> str: ...


@overload
def clean_text(text: str | None) -> str | None: ...


def clean_text(text: str | None) -> str | None:
    """Return a text that SQLite takes: without halves of letters (lone surrogates), which a file of JSON may hold."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def to_matches(query: str) -> list[str]:
    """Return what a run has to match, for FTS5: each word that was typed, or what begins with it. What was typed is
    quoted, so it has no syntax."""
    found = []
    for word in query.split()[:MAX_WORDS]:
        word = "".join(letter if letter.isalnum() else " " for letter in word)
        if word := " ".join(to_words(word).split()):
            found.append(f'"{word}" *')
    return found


def select_runs(
    query: str = "",
    *,
    owner: str | None = None,
    status: str | None = None,
    method: str | None = None,
    tag: str | None = None,
    starred: bool | None = None,
    deleted: bool = False,
) -> tuple[str, list[Any]]:
    """Return the condition on a row of the table of runs, and its values."""
    parts, values = [f"deleted IS {'NOT ' if deleted else ''}NULL"], []
    for column, value in (("owner", owner), ("status", status), ("method", method)):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(clean_text(value))
    if starred is not None:
        parts.append("starred" if starred else "NOT starred")
    if tag is not None:
        parts.append("number IN (SELECT run FROM tags WHERE tag = ?)")
        values.append(clean_text(tag))
    if matches := to_matches(query):
        parts.append(f"(id = ? OR ({' AND '.join([_MATCHES] * len(matches))}))")
        values += [clean_text(query.strip()), *(match for match in matches for _ in range(2))]
    return " AND ".join(parts), values


_MATCHES = """number IN (
    SELECT rowid FROM run_words WHERE run_words MATCH ?
    UNION SELECT run FROM steps WHERE number IN (SELECT rowid FROM step_words WHERE step_words MATCH ?)
)"""
