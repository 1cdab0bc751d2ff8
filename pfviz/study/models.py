"""The two models of a study: named by what is in their files, and able to travel to another machine."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pfviz.errors import StudyError
from pfviz.types import Generator, RewardModel

MODEL_ROLES = ("generator", "reward")


@dataclass(frozen=True, slots=True)
class Pair:
    """The folders of a generator and of a reward model; or, in the latter's place, the name of a preset that has no
    files: the oracle, or a confidence of the generator."""

    generator: Path
    reward: Path | str

    @property
    def folders(self) -> dict[str, Path]:
        """By the part that each plays."""
        found = dict(zip(MODEL_ROLES, (self.generator, self.reward), strict=True))
        return {part: folder for part, folder in found.items() if isinstance(folder, Path)}

    @property
    def preset(self) -> str | None:
        """The name of the reward that has no files; None where there is a folder."""
        return None if isinstance(self.reward, Path) else self.reward

    def check(self) -> None:
        """Raise `StudyError` if a folder holds no model."""
        for folder in self.folders.values():
            if not (folder / "config.json").is_file():
                raise StudyError(f"There is no model in {folder}: it has no config.json. Check the path.")

    def files(self) -> dict[str, bytes]:
        """Every file of both folders by its name, such as "reward/config.json"; raises `StudyError` as `check`."""
        found = {}
        self.check()
        for part, folder in self.folders.items():
            for path in sorted(folder.iterdir()):
                if path.is_file():
                    found[f"{part}/{path.name}"] = path.read_bytes()
        return found

    def fingerprint(self) -> dict[str, str]:
        """The first 16 hexadecimal digits of the SHA-256 of each file."""
        return {name: hashlib.sha256(data).hexdigest()[:16] for name, data in self.files().items()}


def unpack(files: Mapping[str, bytes], preset: str | None = None) -> Pair:
    """The pair whose files these are, in a new folder that goes with the process's temporary files; `preset` is that of
    the pair that they are from."""
    folder = Path(tempfile.mkdtemp(prefix="pfviz-study-"))
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return Pair(folder / MODEL_ROLES[0], folder / MODEL_ROLES[1] if preset is None else preset)


@cache
def load_pair(pair: Pair) -> tuple[Generator, RewardModel]:
    """Both models, loaded once in a process, which computes with one thread from then on: studies run side by side."""
    pair.check()
    from pfviz.models.decoding.threads import use_one_thread
    from pfviz.models.hub.loader import load_generator, load_reward
    from pfviz.models.registry import REWARDS

    use_one_thread()
    generator = load_generator(pair.generator, local_files_only=True)
    if isinstance(pair.reward, str):
        return generator, REWARDS[pair.reward].load()
    return generator, load_reward(pair.reward, local_files_only=True, chat=True)
