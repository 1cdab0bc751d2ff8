"""Everything that the browser tells in turn has an answer that ends its turn."""

from __future__ import annotations

import re

from pfviz.page import build_page
from tests.browser.fake_pair import FakeEngine


def test_every_look_of_ours_ends_its_turn() -> None:
    config = build_page(FakeEngine()).get_config_file()
    waits = {
        one["id"]
        for one in config["components"]
        if re.search("pfviz(Markup|Pane|Play)", str(one["props"].get("js_on_load")))
    }
    ended = {one["trigger_after"] for one in config["dependencies"] if "pfvizNextTurn" in str(one["js"])}
    looks: dict[tuple[int, str], list[int]] = {}
    for one in config["dependencies"]:
        for part, event in one["targets"]:
            if part in waits and event in ("select", "move"):
                looks.setdefault((part, event), []).append(one["id"])
    assert len(looks) > 20
    assert [look for look, answers in looks.items() if not ended.intersection(answers)] == []
