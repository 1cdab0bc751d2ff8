"""What the documents show runs as it stands there, on the embedded pair."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def examples(document: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("document", ["README.md", "docs/reward-lab.md"])
def test_the_examples_of_a_document_run(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = examples(document)
    names: dict[str, Any] = {}
    exec(compile(example, document, "exec"), names)
    assert names["trace"].answer


def test_every_example_is_python() -> None:
    for document in ROOT.glob("docs/*.md"):
        for example in examples(str(document.relative_to(ROOT))):
            compile(example, str(document), "exec")
