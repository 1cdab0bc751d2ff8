"""A run is saved in another format, and a picture of it as it is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser


def test_the_list_saves_the_run_and_the_picture_of_the_open_tab(visit: type) -> None:
    page = visit(390, 844).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    chosen = page.locator("#save-as select")
    for option, name, start in (
        ("[data-export=csv]", "-n16-seed0.csv", b"sweep,step,slot"),
        ("[data-picture=svg]", "pfviz-weights.svg", b"<svg"),
    ):
        with page.expect_download() as download:
            chosen.select_option(page.locator(f"#save-as option{option}").evaluate("option => option.value"))
        assert download.value.suggested_filename.endswith(name)
        assert Path(download.value.path()).read_bytes().startswith(start)
        assert chosen.evaluate("list => list.selectedIndex") == 0
