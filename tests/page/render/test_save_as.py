"""The list "Save as…"."""

from __future__ import annotations

import re

import pytest

from pfviz.exports.registry import EXPORT_FORMATS
from pfviz.page.render.save_as import save_as_list


def test_it_has_every_format_by_its_name_and_says_which_it_is() -> None:
    found = re.findall(r'<option data-export="(\w+)">(.*?)</option>', save_as_list())
    assert found == [(known.name, f"{known.title} ({known.label})") for known in EXPORT_FORMATS.values()]


def test_a_format_that_cannot_be_written_here_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfviz.page.render.save_as.find_spec", lambda name: None)
    assert "parquet" not in save_as_list()
    assert 'data-export="csv"' in save_as_list()
