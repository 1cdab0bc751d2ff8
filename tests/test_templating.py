"""Templates escape what they are given, and miss nothing silently."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from pfviz.templating import environment, read_static, render_template, script_json

HOSTILE = "</script><script>x</script>{{ 7*7 }}{% raw %}\"'&<!--"
TEMPLATES = {
    "shown.html.j2": '<p title="{{ text }}">{{ text }}</p>\n',
    "math.html.j2": "{{ text | math }}",
    "script.html.j2": "<script>const DATA = {{ text | script_json }};</script>",
    "outer.html.j2": "<div>{{ inner }}</div>",
    "numbers.html.j2": "{{ 0.25 | percent }} {{ -0.5 | number }} {{ 0.5 | signed }} {{ 2 | pluralise('<step>') }} "
    "{{ 'a long text' | shorten(7) }}",
    "blocks.html.j2": "<ul>\n  {% for one in items %}\n  <li>{{ one }}</li>\n  {% endfor %}\n</ul>\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with those templates and a style sheet."""
    name = f"templated_{tmp_path.name}".replace("-", "_")
    for folder in ("templates", "static"):
        (tmp_path / name / folder).mkdir(parents=True)
    (tmp_path / name / "__init__.py").touch()
    for file, text in TEMPLATES.items():
        (tmp_path / name / "templates" / file).write_text(text, encoding="utf-8")
    (tmp_path / name / "static" / "page.css").write_text("a > b { color: red }", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


class _Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.titles: list[str | None] = []
        self.text = ""
        self.feed(str(page))  # as the file that a browser reads
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.titles += [value for name, value in attrs if name == "title"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_value_is_text_wherever_it_stands(package: str) -> None:
    seen = _Seen(render_template(package, "shown.html.j2", text=HOSTILE))
    assert seen.tags == ["p"]
    assert seen.titles == [HOSTILE]
    assert seen.text == HOSTILE + "\n"


def test_what_a_template_returns_is_not_escaped_again(package: str) -> None:
    inner = render_template(package, "shown.html.j2", text=HOSTILE)
    assert isinstance(inner, Markup)
    assert render_template(package, "outer.html.j2", inner=inner) == f"<div>{inner}</div>"


def test_mathematics_is_shown_and_the_rest_escaped(package: str) -> None:
    assert render_template(package, "math.html.j2", text="3 * 4<b>") == "3 × 4&lt;b&gt;"


def test_numbers_read_as_everywhere_else(package: str) -> None:
    assert render_template(package, "numbers.html.j2") == "25.0% −0.50 +0.50 2 &lt;step&gt;s a long…"


def test_a_missing_value_is_an_error(package: str) -> None:
    with pytest.raises(jinja2.UndefinedError, match="text"):
        render_template(package, "shown.html.j2")


def test_lines_of_blocks_leave_no_trace(package: str) -> None:
    assert render_template(package, "blocks.html.j2", items=[1]) == "<ul>\n  <li>1</li>\n</ul>\n"


def test_data_cannot_leave_its_script(package: str) -> None:
    page = render_template(package, "script.html.j2", text=HOSTILE)
    assert _Seen(page).tags == ["script"]
    assert json.loads(page.removeprefix("<script>const DATA = ").removesuffix(";</script>")) == HOSTILE


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_script_json_says_the_same_without_a_character_of_markup(data: object) -> None:
    text = script_json(data)
    assert not set("<>&") & set(text)
    assert text.isascii()
    assert json.loads(text) == data


def test_script_json_refuses_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        script_json([float("nan")])


def test_an_environment_is_built_once(package: str) -> None:
    assert environment(package) is environment(package)


def test_a_static_file_stands_as_it_is(package: str) -> None:
    assert render_template(package, "outer.html.j2", inner=read_static(package, "page.css")) == (
        "<div>a > b { color: red }</div>"
    )
