"""Blocks that were finished stay: what is continued equals what was never broken off."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall

import sim.experiments.compare as comparing
import sim.experiments.replicate as replicating
from sim import Results, compare, replicate
from sim.errors import OutputError
from sim.experiments import points
from sim.experiments.break_even import with_break_evens
from sim.experiments.capacity import capacity
from sim.experiments.joining import plan
from sim.experiments.mending import with_repairs
from sim.experiments.points import run_points
from sim.experiments.saved import Store, saving, store_of
from sim.experiments.staffing import staff
from sim.experiments.stopping import Interrupted
from sim.experiments.sweep import sweep
from sim.report.studies import so_far
from sim.scenario.writing import show

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
    monkeypatch.setattr(replicating, "play_all", None)
    with saving(tmp_path):  # another number of workers cuts along what is kept
        assert equal(whole, replicate(TINY, MANY, seed=5, workers=1))


def test_other_work_takes_nothing_of_it(tmp_path: Path) -> None:
    other = mall({"a": 2}, hours="08:00-09:00")
    with saving(tmp_path):
        of = {
            str(store_of(replicating.One(s, seed, engine, None, None)).folder)
            for s, seed, engine in ((TINY, 1, "compiled"), (TINY, 2, "compiled"),
                                    (TINY, 1, "simpy"), (other, 1, "compiled"))
        }  # fmt: skip
        assert len(of) == 4
        own = replicating.One(TINY, 1, "compiled", lambda _: {}, None)
        assert store_of(own).folder is None  # who knows what a function does
    assert store_of(replicating.One(TINY, 1, "compiled", None, None)).folder is None


def test_what_a_worker_finishes_when_all_is_over_is_not_kept(tmp_path: Path) -> None:
    """A thread cannot be stopped: what it brings later must not lie where all was cleared up."""
    folder = tmp_path / "unfinished"
    for ends in (None, StoppedError, OutputError):
        with suppress(StoppedError, OutputError), saving(folder):
            store = store_of(replicating.One(TINY, 1, "compiled", None, None))
            if ends is not None:
                raise ends("full")
        store.save(0, 1, [1.0])
        assert not folder.exists()


def test_what_nobody_has_gone_on_with_for_a_month_is_cleared_up(tmp_path: Path) -> None:
    with pytest.raises(StoppedError), saving(tmp_path):
        replicate(TINY, 4, seed=5, workers=1, progress=stop_at(4))
    (block,) = blocks(tmp_path)
    other = tmp_path / "what somebody else keeps here"
    other.mkdir()
    os.utime(other, (0, 0))
    for days, is_there in ((29, True), (31, False)):
        then = time.time() - days * 24 * 3600
        os.utime(block.parent, (then, then))
        with pytest.raises(StoppedError), saving(tmp_path):
            raise StoppedError
        assert block.exists() == is_there and other.exists()


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


def test_ctrl_c_leaves_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "TOGETHER", 5)
    with pytest.raises(Interrupted) as stopped, saving(tmp_path):
        compare(TINY, TINY, 10, seed=2, workers=1, progress=stop_at(5, KeyboardInterrupt))
    known = stopped.value.known.base  # type: ignore[attr-defined]
    assert equal(known, compare(TINY, TINY, 5, seed=2, workers=1).base)
    assert blocks(tmp_path)


PROMISING: dict[str, Any] = {
    "counters": 2,
    "services": {"s": {"time": {"mean": "5 min", "sd": "3 min"}, "promise": {"wait": "10 min"}}},
}
BUSY = {"all": {"per_day": 20, "stops": ["a.s"]}}
KEEPING = mall({"a": PROMISING}, hours="08:00-10:00", journeys=BUSY)


def known_at(number: int, run: Callable[[Any], object]) -> Any:
    """Return what an experiment knows when Ctrl-C comes after so many replications."""
    with pytest.raises(Interrupted) as stopped:
        run(stop_at(number, KeyboardInterrupt))
    assert so_far(stopped.value.known, "en") and so_far(stopped.value.known, "id")
    return stopped.value.known


def test_ctrl_c_in_a_sweep_leaves_the_points_that_were_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(points, "TOGETHER", 5)
    axes, how = ["agencies.a.counters=1..3"], {"replications": 10, "seed": 2, "workers": 1}
    whole = sweep(KEEPING, axes, **how)
    known = known_at(25, lambda stop: sweep(KEEPING, axes, progress=stop, **how))
    assert [p.figures for p in known.points] == [p.figures for p in whole.points[:2]]
    assert all(
        equal(a.results, b.results) for a, b in zip(known.points, whole.points, strict=False)
    )
    assert "sweep.csv" not in so_far(known, "en")  # which nobody has written


def test_ctrl_c_in_a_capacity_leaves_the_levels_that_were_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(points, "TOGETHER", 2)
    how: dict[str, Any] = {"replications": 4, "levels": 3, "seed": 2, "workers": 1}
    whole = capacity(KEEPING, **how)
    known = known_at(10, lambda stop: capacity(KEEPING, progress=stop, **how))
    levels = known.curves[0].factors.tolist()
    assert len(levels) == 2 and set(levels) < set(whole.curves[0].factors.tolist())
    with pytest.raises(KeyboardInterrupt) as stopped:
        capacity(KEEPING, progress=stop_at(5, KeyboardInterrupt), **how)
    assert not isinstance(stopped.value, Interrupted)  # one level is no curve


def test_ctrl_c_in_a_staffing_leaves_the_last_plan_that_held_as_a_lead() -> None:
    how: dict[str, Any] = {"replications": 5, "certify": 10, "seed": 2, "workers": 1}
    known = known_at(20, lambda stop: staff(KEEPING, progress=stop, **how))
    assert not known.certified and known.results.replications == 5
    assert known.agencies[0].share.value >= known.agencies[0].limit
    assert "a lead, and no certified result" in so_far(known, "en")


def test_ctrl_c_in_a_plan_of_joins_leaves_every_verdict_by_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "TOGETHER", 5)
    (tmp_path / "base.yaml").write_text(show(KEEPING), encoding="utf-8")
    joins = []
    for name in ("x", "y"):
        joins.append(tmp_path / f"{name}.yaml")
        joins[-1].write_text(f"journeys: {{{name}: {{per_day: 5, stops: [a.s]}}}}\n")
    known = known_at(
        5, lambda stop: plan(tmp_path / "base.yaml", joins, 10, workers=1, progress=stop)
    )
    assert [one.who for one in known.combinations] == [("x",), ("y",), ("x", "y")]
    assert known.comparison.base.replications == 5


def test_ctrl_c_in_the_search_for_a_repair_or_break_even_leaves_the_verdict() -> None:
    deciding = {"decision": {"every_agency_keeps": "promise"}}
    base, worse = (
        mall({"a": PROMISING | {"counters": n}}, hours="08:00-10:00", journeys=BUSY, **deciding)
        for n in (3, 1)
    )
    found = compare(base, worse, 10, workers=1)
    assert found.alternatives[0].as_planned == "may_not"
    for search in (with_repairs, with_break_evens):
        known = known_at(5, lambda stop: search(found, workers=1, progress=stop))  # noqa: B023
        assert known.alternatives[0].as_planned == "may_not"
