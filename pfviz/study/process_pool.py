"""The jobs of a study on this machine: one process a core, each with models of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from pfviz.errors import StudyError
from pfviz.inference.settings import Settings
from pfviz.study.models import Pair, load_pair
from pfviz.study.plan import Job
from pfviz.study.run_job import Outcome, run_job


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_jobs(jobs: Iterable[Job], common: Settings, pair: Pair, workers: int | None = None) -> Iterator[list[Outcome]]:
    """The outcomes of each job as it is done, in any order. Closing the iterator, or an error in it, ends the workers
    after the job that each has in hand.

    Raises:
        StudyError: a worker died.
    """
    count = workers or available_cores()
    waiting = iter(jobs)
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_ignore_sigint)
    try:
        going: set[Future[list[Outcome]]] = set()
        while True:
            going |= {pool.submit(_run_in_worker, job, common, pair) for job in islice(waiting, 2 * count - len(going))}
            if not going:
                return
            done, going = wait(going, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()
    except BrokenProcessPool as error:
        raise StudyError(
            "A worker process died, perhaps of a lack of memory. Run the same command again, with fewer workers."
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _ignore_sigint() -> None:
    # Ctrl-C reaches every process of the terminal; only the first decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_in_worker(job: Job, common: Settings, pair: Pair) -> list[Outcome]:
    return run_job(job, common, *load_pair(pair))
