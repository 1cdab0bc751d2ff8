"""What is fetched of a model, how it is stopped, and what is refused before it begins. The client is fake."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pfviz.errors import ModelError
from pfviz.models.hub import download, fetch

CONTENT = {"config.json": b"{}", "model.safetensors": b"weights" * 100}


def sum_of(name: str) -> str:
    return hashlib.sha256(CONTENT[name]).hexdigest()


def model_of(**sums: str) -> fetch.HubModel:
    files = (
        fetch.HubFile("config.json", len(CONTENT["config.json"])),
        fetch.HubFile("model.safetensors", len(CONTENT["model.safetensors"]), sums.get("weights", "")),
    )
    return fetch.HubModel("lab/tiny", files)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files come in pieces of 100 bytes."""

    def hf_hub_download(name: str, file: str, local_dir: Path, tqdm_class: Any) -> str:
        path = local_dir / file
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as opened, tqdm_class(total=len(CONTENT[file]), initial=0, desc=file) as bar:
            for start in range(0, len(CONTENT[file]), 100):
                opened.write(CONTENT[file][start : start + 100])
                bar.update(len(CONTENT[file][start : start + 100]))
        return str(path)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", hf_hub_download)
    return tmp_path


def test_files_come_with_their_bytes_told_and_their_sums_compared(root: Path) -> None:
    told: list[int] = []
    folder = fetch.fetch_model(model_of(weights=sum_of("model.safetensors")), root, told.append)
    assert folder == root / "lab" / "tiny"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == CONTENT
    assert told == sorted(told)
    assert told[-1] == model_of().bytes == 702
    assert len(set(told)) > 5


def test_a_file_with_another_sum_is_taken_away(root: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors of lab/tiny came damaged"):
        fetch.fetch_model(model_of(weights=sum_of("config.json")), root)
    assert [path.name for path in (root / "lab" / "tiny").iterdir()] == ["config.json"]


def test_it_stops_inside_of_a_file(root: Path) -> None:
    told: list[int] = []
    with pytest.raises(fetch.FetchStoppedError):
        fetch.fetch_model(model_of(), root, told.append, lambda: sum(told) > 200)
    assert max(told) < 702


def test_a_full_disk_is_said_before_anything_comes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=fetch.FREE_BYTES + 701))
    with pytest.raises(ModelError, match=r"has 0\.20 GB free. Make room"):
        fetch.fetch_model(model_of(), root)
    assert not (root / "lab").exists()


def test_the_weights_are_taken_in_one_form_with_the_small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("config.json", "tokenizer.model", "README.md", "LICENSE", "model.safetensors", "pytorch_model.bin",
             "model.onnx", "flax.msgpack", "onnx/model.onnx")  # fmt: skip
    files = [SimpleNamespace(rfilename=name, size=10, lfs=None) for name in names]
    card = {"license": "other", "license_name": "qwen"}
    monkeypatch.setattr(download, "ask_hub", lambda name: SimpleNamespace(siblings=files, card_data=card))
    found = fetch.describe_model("lab/tiny")
    assert {file.name for file in found.files} == set(names[:5])
    assert (found.bytes, found.licence) == (50, "qwen")
    monkeypatch.setattr(download, "ask_hub", lambda name: SimpleNamespace(siblings=files[:2], card_data=None))
    with pytest.raises(ModelError, match="has no weights"):
        fetch.describe_model("lab/tiny")
