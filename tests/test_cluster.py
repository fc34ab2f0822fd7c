"""The same numbers on a Dask cluster, also where one of its workers is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from test_saved import MANY, TINY, equal

from sim import compare, replicate

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own, of what it has deprecated


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as two,
        distributed.Client(two) as client,
    ):
        yield client


def test_a_cluster_gives_the_same_numbers(client: Any) -> None:
    with client.get_executor() as executor:
        found = replicate(TINY, MANY, seed=5, executor=executor)
        both = compare(TINY, TINY, 10, seed=5, executor=executor)
    assert equal(found, replicate(TINY, MANY, seed=5, workers=1))
    assert both.alternatives[0].identical


def test_a_worker_that_is_killed_costs_time_and_nothing_else(client: Any) -> None:
    killed: list[int] = []

    def kill_one(done: int, most: int) -> None:
        if not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], signal.SIGKILL)

    many = 20 * MANY
    with client.get_executor() as executor:
        found = replicate(TINY, many, seed=5, executor=executor, progress=kill_one)
    assert killed
    assert equal(found, replicate(TINY, many, seed=5, workers=1))
