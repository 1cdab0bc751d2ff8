"""The two models of a study: named by what is in their files, and able to travel to another machine."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pfviz.errors import StudyError
from pfviz.resources import weights_dir
from pfviz.types import Generator, RewardModel, bind_reward

MODEL_ROLES = ("generator", "reward")
DEFAULT_GENERATOR = "embedded"
"""Who writes unless another is named; left out of what is recorded, so that older studies go on."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A generator and a reward model: each the folder of one that ships with pfviz, that generator being the embedded
    one; or the name of any other, as `pfviz run` takes it: of a preset without files, of a model of the Hub, of a file
    or folder, or of a server. `threads` is how many a process computes with; None: as many as PyTorch takes by itself.
    """

    generator: Path | str
    reward: Path | str
    threads: int | None = 1

    @property
    def folders(self) -> dict[str, Path]:
        """By the part that each plays."""
        found = dict(zip(MODEL_ROLES, (self.generator, self.reward), strict=True))
        return {part: folder for part, folder in found.items() if isinstance(folder, Path)}

    @property
    def names(self) -> dict[str, str]:
        """Of those that are no folders, by the part that each plays."""
        found = dict(zip(MODEL_ROLES, (self.generator, self.reward), strict=True))
        return {part: name for part, name in found.items() if isinstance(name, str)}

    @property
    def preset(self) -> str | None:
        """The name of the reward that has no folder; None where there is one."""
        return self.names.get(MODEL_ROLES[1])

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
        """The first 16 hexadecimal digits of the SHA-256 of each file, also of those that a name means."""
        from pfviz.models.registry import GENERATORS, REWARDS

        self.check()
        named = {part: Path(name) for part, name in self.names.items() if name not in {*GENERATORS, *REWARDS}}
        found: dict[str, str] = {}
        for part, place in (self.folders | named).items():
            files = sorted(place.iterdir()) if place.is_dir() else [place]
            found |= {f"{part}/{path.name}": _hash_file(path) for path in files if path.is_file()}
        return found


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def choose_pair(generator: str, reward: str | None, workers: int | None = None) -> tuple[Pair, str]:
    """The pair that two names mean, and the name of its reward; None is that of the generator. What ships computes with
    one thread a process, as studies run side by side; any other model with all, unless several share the machine."""
    from pfviz.models.registry import GENERATORS, REWARDS
    from pfviz.models.rewards.auto import NAME as AUTO

    if reward in (None, AUTO) and generator in GENERATORS:
        reward = generator
    reward = reward or AUTO
    writer = GENERATORS[generator].folder if generator in GENERATORS else None
    scorer = REWARDS[reward].folder if reward in REWARDS else None
    pair = Pair(
        generator if writer is None else weights_dir() / writer,
        reward if scorer is None else weights_dir() / scorer,
        1 if generator in GENERATORS or (workers or 1) > 1 else None,
    )
    return pair, shorten_source(reward)


def shorten_source(name: str) -> str:
    """The name of a model as others may read it: of a file or a folder, its own name without the path to it."""
    return Path(name).name if Path(name).exists() else name


def unpack(files: Mapping[str, bytes], preset: str | None = None, generator: str | None = None) -> Pair:
    """The pair whose files these are, in a new folder that goes with the process's temporary files; `preset` and
    `generator` are the names in the pair that they are from, of a reward and of a generator without a folder."""
    folder = Path(tempfile.mkdtemp(prefix="pfviz-study-"))
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return Pair(
        folder / MODEL_ROLES[0] if generator is None else generator,
        folder / MODEL_ROLES[1] if preset is None else preset,
    )


@cache
def load_pair(pair: Pair) -> tuple[Generator, RewardModel]:
    """Both models, loaded once in a process, and the reward as it is for that generator."""
    pair.check()
    from pfviz.models.decoding.threads import use_threads
    from pfviz.models.hub.loader import load_generator, load_reward
    from pfviz.models.registry import get_generator, get_reward

    if pair.threads is not None:
        use_threads(pair.threads)
    if isinstance(pair.generator, str):
        generator = get_generator(pair.generator)
    else:
        generator = load_generator(pair.generator, name=DEFAULT_GENERATOR, local_files_only=True)
    if isinstance(pair.reward, str):
        return generator, bind_reward(get_reward(pair.reward), generator)
    return generator, load_reward(pair.reward, local_files_only=True, chat=True)
