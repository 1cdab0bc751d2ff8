"""What was published of reward models on ProcessBench; the file beside this one says where."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class PublishedModel(BaseModel):
    """What is known of one model, in percent; None, or no entry, where it is not known."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    name: str
    ids: list[str]  # of the Hugging Face Hub
    f1: dict[str, float]  # by subset
    mean_f1: float | None = None
    wrong_process_found: float | None = None
    lowest_at_last_step: float | None = None


class PublishedTable(BaseModel):
    """All of them, and where they stand."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    source: str
    models: list[PublishedModel]


@cache
def load_published() -> PublishedTable:
    """Return the table that ships with pfviz."""
    text = (files("pfviz.lab") / "published" / "processbench.json").read_text(encoding="utf-8")
    return PublishedTable.model_validate(json.loads(text))


def find_published(reward: str) -> PublishedModel | None:
    """Return what was published of the reward model of that name: an id of the Hub, PROTOCOL:ID, or a folder that is
    called like the model; None where nothing was."""
    wanted = reward.rpartition(":")[2].rstrip("/").lower()
    for one in load_published().models:
        ids = [name.lower() for name in one.ids]
        if wanted in ids or wanted.rpartition("/")[2] in [name.rpartition("/")[2] for name in ids]:
            return one
    return None
