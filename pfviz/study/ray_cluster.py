"""The jobs of a study on a Ray cluster: the same units of work as in the pool, done wherever there is a free core.

Every machine needs pfviz and Ray, at the same versions; the models travel to them. Nothing else imports Ray.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from pfviz.errors import StudyError
from pfviz.inference.settings import Settings
from pfviz.study.models import Pair, load_pair, unpack
from pfviz.study.plan import Job
from pfviz.study.provenance import versions
from pfviz.study.run_job import Outcome, run_job

LOCAL_ADDRESS = "local"
"""The address that stands for a Ray that is started on this machine, and stopped after the study."""
_START_HINT = "Start a cluster with `ray start --head`, or use --ray local for one on this machine."


@dataclass(frozen=True, slots=True)
class WorkerModels:
    """What a worker needs beside its job: the pair, under a name that says what is in it, and the versions here."""

    name: str
    versions: Mapping[str, str]
    files: list[Any]  # a reference to `Pair.files`
    preset: str | None = None  # the reward's name, where it has no folder
    generator: str | None = None  # the generator's, so too


def run_jobs(
    jobs: Iterable[Job], common: Settings, pair: Pair, workers: int | None = None, address: str = "auto"
) -> Iterator[list[Outcome]]:
    """The outcomes of each job as it is done, in any order. A job whose machine is lost is done again on another.

    Args:
        address: of the cluster, as `ray.init` takes it; "local" starts one on this machine.
        workers: jobs at a time; as many as the cluster has cores, if None.

    Raises:
        StudyError: Ray is not installed, the cluster does not answer, or a job failed there.
    """
    ray = _connect(address, workers)
    try:
        # In a list, a reference is not fetched before it is asked for.
        models = WorkerModels(
            "".join(pair.fingerprint().values()), versions(), [ray.put(pair.files())], pair.preset,
            pair.names.get("generator"),
        )  # fmt: skip
        task = ray.remote(num_cpus=1, max_retries=3)(_run_on_worker)
        waiting = iter(jobs)
        going: list[Any] = []
        while True:
            count = workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            going += [task.remote(job, common, models) for job in islice(waiting, 2 * count - len(going))]
            if not going:
                return
            done, going = ray.wait(going, num_returns=1)
            yield from ray.get(done)
    except ray.exceptions.RayError as error:
        raise StudyError(f"A job failed on the Ray cluster: {_last_line(error)} The same command goes on.") from error
    finally:
        ray.shutdown()


def _connect(address: str, workers: int | None) -> Any:
    try:
        import ray
    except ImportError as error:
        raise StudyError("Ray is not installed here. `pip install 'pfviz[ray]'`, or leave --ray out.") from error
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    _check_reachable(address)
    here: dict[str, Any] = {"num_cpus": workers, "include_dashboard": False} if address == LOCAL_ADDRESS else {}
    try:
        ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **here)
    except (ConnectionError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise StudyError(f"No Ray cluster answers at {address!r} ({_last_line(error)}). {_START_HINT}") from error
    return ray


def _check_reachable(address: str) -> None:
    """Refuse an address at which nobody listens: Ray itself would try again for many minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdecimal()):
        return  # "auto", "local": names that Ray resolves itself
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise StudyError(f"Nobody listens at {address} ({error}). {_START_HINT}") from error


@cache
def _cached_pairs(name: str, *presets: str | None) -> list[Pair]:
    """What this process holds of the models of that name, with these presets: nothing at first."""
    return []


def _run_on_worker(job: Job, common: Settings, models: WorkerModels) -> list[Outcome]:
    """On a worker, which fetches, unpacks and loads the models at its first job."""
    here = _cached_pairs(models.name, models.preset, models.generator)
    if not here:
        import ray

        if (found := versions()) != models.versions:
            raise StudyError(f"A machine of the cluster has {found} where this one has {dict(models.versions)}.")
        here.append(unpack(ray.get(models.files[0]), models.preset, models.generator))
    return run_job(job, common, *load_pair(here[0]))


def _last_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
