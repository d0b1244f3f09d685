"""A whole run: many patients, over some processes, always the same figures."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

from apps.clinical.flare.policy import DetectorPolicy

from .observation import Observation, observe
from .patients import make_patient

# So few that progress is seen, so many that processes seldom talk.
BATCH: Final = 25


def run(
    *,
    patients: int,
    seed: int,
    policy: DetectorPolicy,
    processes: int,
    progress: Callable[[int], object] = bool,
) -> list[Observation]:
    """Return what became of each patient, in the order of their numbers.

    A patient depends on the seed and their own number alone, so neither the number
    of processes nor that of patients changes anybody.

    Args:
        progress: Is told how many are done.
    """
    work = partial(_observe_all, seed=seed, policy=policy)
    observations: list[Observation] = []
    for some in _batches(work, patients=patients, processes=processes):
        observations += some
        progress(len(observations))
    return observations


def _batches(
    work: Callable[[range], list[Observation]], *, patients: int, processes: int
) -> Iterator[list[Observation]]:
    batches = [
        range(first, min(first + BATCH, patients))
        for first in range(0, patients, BATCH)
    ]
    if processes == 1 or len(batches) == 1:
        yield from map(work, batches)
        return
    # Fresh processes: a copy of this one might hold the locks of its threads.
    context = get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(batches)), mp_context=context) as pool:
        yield from pool.map(work, batches)


def _observe_all(
    numbers: range, *, seed: int, policy: DetectorPolicy
) -> list[Observation]:
    return [
        observe(make_patient(seed=seed, number=number), policy=policy)
        for number in numbers
    ]
