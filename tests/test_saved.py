"""Blocks that were finished stay: what is continued equals what was never broken off."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall

import sim.experiments.replicate as replicating
from sim import Results, compare, replicate
from sim.experiments.points import run_points
from sim.experiments.saved import Store, saving, store_of
from sim.experiments.stopping import Interrupted

TINY = mall({"a": 1}, hours="08:00-09:00")
MANY = 23


class StoppedError(Exception):
    """What breaks a run off."""


def stop_at(number: int, error: type[BaseException] = StoppedError) -> Any:
    def progress(done: int, _: int) -> None:
        if done >= number:
            raise error

    return progress


def equal(a: Results, b: Results) -> bool:
    return bool(np.array_equal(a.total, b.total) and np.array_equal(a.n, b.n))


def blocks(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.block"))


@pytest.mark.parametrize("kind", ["alone", "threads", "processes", "own pool"])
def test_what_is_continued_equals_what_was_never_broken_off(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, executor = tmp_path / "unfinished", None
    monkeypatch.setattr(replicating, "TOGETHER", 5)
    if kind == "threads":
        executor = ThreadPoolExecutor(2)
    if kind == "processes":
        executor = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    how: dict[str, Any] = {"workers": 2 if kind == "own pool" else 1, "executor": executor}
    whole = replicate(TINY, MANY, seed=5, workers=1)
    with pytest.raises(StoppedError), saving(folder):
        replicate(TINY, MANY, seed=5, progress=stop_at(10), **how)
    assert len(blocks(folder)) >= 2  # what was counted as done is there
    with saving(folder):
        found = replicate(TINY, MANY, seed=5, **how)
    assert equal(found, whole)
    assert not folder.exists()
    if isinstance(executor, Executor):
        executor.shutdown()


def test_what_is_kept_is_read_and_not_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = replicate(TINY, MANY, seed=5, workers=1)
    with pytest.raises(StoppedError), saving(tmp_path):
        replicate(TINY, MANY, seed=5, workers=1, progress=stop_at(MANY))
    monkeypatch.setattr(replicating, "play", None)
    with saving(tmp_path):  # another number of workers cuts along what is kept
        assert equal(whole, replicate(TINY, MANY, seed=5, workers=1))


def test_other_work_takes_nothing_of_it(tmp_path: Path) -> None:
    other = mall({"a": 2}, hours="08:00-09:00")
    with saving(tmp_path):
        of = {
            str(store_of(replicating._Task(s, seed, engine, None, None)).folder)
            for s, seed, engine in ((TINY, 1, "compiled"), (TINY, 2, "compiled"),
                                    (TINY, 1, "simpy"), (other, 1, "compiled"))
        }  # fmt: skip
        assert len(of) == 4
        own = replicating._Task(TINY, 1, "compiled", lambda _: {}, None)
        assert store_of(own).folder is None  # who knows what a function does
    assert store_of(replicating._Task(TINY, 1, "compiled", None, None)).folder is None


def test_pieces_follow_what_is_kept_and_leave_nothing_out() -> None:
    store = Store(None)
    store.known = {4: 8, 9: 12, 18: 30}
    pieces = list(store.pieces(0, 23, 3))
    assert pieces == [(0, 3), (3, 4), (4, 8), (8, 9), (9, 12), (12, 15), (15, 18), (18, 21),
                      (21, 23)]  # fmt: skip


def test_a_damaged_block_is_done_again(tmp_path: Path) -> None:
    whole = replicate(TINY, 4, seed=5, workers=1)
    with pytest.raises(StoppedError), saving(tmp_path):
        replicate(TINY, 4, seed=5, workers=1, progress=stop_at(4))
    blocks(tmp_path)[0].write_bytes(b"half a blo")
    with saving(tmp_path):
        assert equal(whole, replicate(TINY, 4, seed=5, workers=1))


def test_every_experiment_goes_through_it(tmp_path: Path) -> None:
    other = mall({"a": 2}, hours="08:00-09:00")
    with pytest.raises(StoppedError), saving(tmp_path):
        compare(TINY, other, 10, workers=1, progress=stop_at(5))
    assert len(blocks(tmp_path)) == 1
    with pytest.raises(StoppedError), saving(tmp_path):
        run_points(TINY, [{}, {"agencies.a.counters": 2}], 5, workers=1, progress=stop_at(5))
    assert len(blocks(tmp_path)) == 2


def test_ctrl_c_leaves_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(Interrupted) as stopped, saving(tmp_path):
        compare(TINY, TINY, 10, seed=2, workers=1, progress=stop_at(5, KeyboardInterrupt))
    known = stopped.value.known.base  # type: ignore[attr-defined]
    assert equal(known, compare(TINY, TINY, 5, seed=2, workers=1).base)
    assert blocks(tmp_path)
