"""What tests of the embedded world share: a tokenizer trained on a part of its texts, and writers with it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from pfviz.tiny import tokenizer, world
from pfviz.tiny.training.documents import DocumentWriter


@pytest.fixture(scope="session")
def tokenizer_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = random.Random(0)

    def text() -> str:
        task = world.draw_task(rng)
        return tokenizer.SEPARATOR.join([task.text, *(line.text for line in world.write_solution(rng, task, 0.1))])

    folder = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save(tokenizer.build(text() for _ in range(1500)), folder)
    return folder


@pytest.fixture(scope="session")
def loaded(tokenizer_folder: Path) -> Any:
    """The tokenizer as a user loads it."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(tokenizer_folder, local_files_only=True)


@pytest.fixture(scope="session")
def writer(tokenizer_folder: Path) -> DocumentWriter:
    from pfviz.tiny.training.generator import load_writer

    return load_writer(tokenizer_folder)
