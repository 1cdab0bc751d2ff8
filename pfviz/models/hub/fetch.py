"""Brings the files of a model from the Hub: with its size first, progress, a way to stop, and checksums.

What was fetched in part is gone on with: the Hub's client keeps it beside its cache, or in the folder.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.hub import download

_TEXT_ENDINGS = (".json", ".txt", ".model", ".jinja", ".md")
_LICENCE_NAMES = ("license", "licence", "notice", "use_policy")
FREE_BYTES = 200_000_000  # that stay on the disk
_READ_BYTES = 1 << 22  # at a time, for a checksum


class FetchStoppedError(ModelError):
    """Somebody stopped it; what came stays, for the next time."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a model; `sha256` is empty for a small one, of which the Hub keeps no such sum."""

    name: str
    bytes: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class HubModel:
    """What has to be fetched of a model, and the licence that its card names, if it does."""

    name: str
    files: tuple[HubFile, ...]
    licence: str = ""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def describe_model(name: str) -> HubModel:
    """Ask the Hub what a model has: weights in the form that transformers prefers, and its small files.

    Raises:
        ModelError: as `download.expected_gigabytes`, or there are no weights.
    """
    info = download.ask_hub(name)
    files = [
        HubFile(file.rfilename, file.size or 0, (getattr(file, "lfs", None) or {}).get("sha256", ""))
        for file in info.siblings or []
        if "/" not in file.rfilename
    ]
    weights = download.choose_weights([file.name for file in files])
    if not weights:
        raise ModelError(f"{name} has no weights that pfviz reads (safetensors). Choose another model.")
    small = [file for file in files if _is_small_file(file.name)]
    card = info.card_data or {}
    licence = str(card.get("license_name") or card.get("license") or "")
    chosen = (*small, *(file for file in files if file.name in weights))
    return HubModel(name, chosen, licence)


def fetch_model(
    model: HubModel,
    root: Path | None = None,
    show: Callable[[int], object] = lambda done: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Path:
    """Fetch what of it is not here, to the Hub's cache or to root/OWNER/NAME, and return the folder it is in.

    `show` is told the bytes that are here, more and more of `model.bytes`.

    Raises:
        FetchStoppedError: `is_stopped` said so.
        ModelError: the disk has no room for it, the Hub does not answer, or a file came damaged.
    """
    from huggingface_hub import constants, hf_hub_download

    from pfviz.models.hub.loader import explain_load_error

    place = root if root is not None else Path(constants.HF_HUB_CACHE)
    target = None if root is None else root / model.name
    _check_disk(model, place)
    done, path = 0, place
    for file in model.files:
        if is_stopped():
            raise FetchStoppedError(f"Stopped; what came of {model.name} is kept.")
        bar = _make_progress_class(done, show, is_stopped, model.name)
        try:
            path = Path(hf_hub_download(model.name, file.name, local_dir=target, tqdm_class=bar))
        except ModelError:
            raise
        except Exception as error:  # whatever the Hub's client has for what goes wrong on the way
            raise ModelError(explain_load_error(model.name, error)) from error
        _check_sum(model, file, path)
        done += file.bytes
        show(done)
    return path.parent


def _is_small_file(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_TEXT_ENDINGS) or lower.startswith(_LICENCE_NAMES)


def _check_disk(model: HubModel, place: Path) -> None:
    """Raise `ModelError` unless there is room for all of it; what is here already is not counted twice."""
    there = next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())
    here = int(download.downloaded_gigabytes(model.name) * 1e9)
    needed, free = max(0, model.bytes - here), shutil.disk_usage(there).free
    if needed + FREE_BYTES > free:
        raise ModelError(
            f"{model.name} has {model.bytes / 1e9:.2f} GB, and the disk of {there} has {free / 1e9:.2f} GB free. Make "
            "room, or choose another folder (`pfviz fetch --dir`, or HF_HOME)."
        )


def _check_sum(model: HubModel, file: HubFile, path: Path) -> None:
    """Raise `ModelError` for a file that is not the one that the Hub has; it is removed."""
    if not file.sha256:
        return
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while block := opened.read(_READ_BYTES):
            digest.update(block)
    if digest.hexdigest() != file.sha256:
        path.resolve().unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise ModelError(f"{file.name} of {model.name} came damaged: its checksum is not the Hub's. Fetch it again.")


def _make_progress_class(before: int, show: Callable[[int], object], is_stopped: Callable[[], bool], name: str) -> Any:
    """The Hub client's progress bar, as a class that shows nothing on a terminal and tells what came."""

    class ByteCounter:
        def __init__(self, *args: Any, initial: int = 0, total: int | None = None, **settings: Any) -> None:
            self.n, self.total = initial, total

        def update(self, n: float | None = 1) -> None:
            self.n += int(n or 0)
            if is_stopped():
                raise FetchStoppedError(f"Stopped; what came of {name} is kept.")
            show(before + self.n)

        def __getattr__(self, name: str) -> Any:
            """What else a bar can be asked for has nothing to show."""
            return lambda *args, **settings: None

        def __enter__(self) -> ByteCounter:
            return self

        def __exit__(self, *error: object) -> None:
            return None

    return ByteCounter
