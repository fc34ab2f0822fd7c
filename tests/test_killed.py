"""A killed run loses at most what was under way, and goes on to the same numbers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

import killed
import numpy as np
import pytest
from test_saved import MANY, TINY, blocks, equal

import sim.experiments.compare as comparing
import sim.experiments.replicate as replicating
from sim import MallError, replicate
from sim.experiments import points
from sim.experiments.saved import saving

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing kills there")
HERE = Path(killed.__file__).parent


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (replicating, comparing, points):
        monkeypatch.setattr(module, "TOGETHER", killed.BLOCK)


def kill_after(looks: int, which: str, folder: Path) -> int:
    """Kill a run at its so manyth look; return how many replications it said were done."""
    command = [sys.executable, str(HERE / "killed.py"), which, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as run:  # fmt: skip
        assert run.stdin is not None and run.stdout is not None
        for _ in range(looks):
            done = int(run.stdout.readline())
            with suppress(OSError):
                run.stdin.write("\n")
                run.stdin.flush()
        run.send_signal(signal.SIGKILL)
    return done


@pytest.mark.parametrize("which", ["replicate", "compare", "sweep", "staff"])
def test_what_is_killed_is_kept_and_continued_to_the_same_numbers(
    which: str, tmp_path: Path
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir(), broken.mkdir()
    done = kill_after(3, which, broken)
    spans = [tuple(map(int, file.stem.split("-"))) for file in blocks(broken)]
    assert sum(last - first for first, last in spans) >= done > 0
    found = killed.outcome(which, broken)
    assert np.array_equal(found, killed.outcome(which, whole), equal_nan=True)
    assert not blocks(broken)


def test_an_executor_that_breaks_is_said_plainly_and_the_work_goes_on_with_another(
    tmp_path: Path,
) -> None:
    spawn = multiprocessing.get_context("spawn")
    broken = ProcessPoolExecutor(2, mp_context=spawn)

    def kill(done: int, _: int) -> None:
        for pid in list(broken._processes):
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(MallError, match=r"executor .* broke"), saving(tmp_path):
        replicate(TINY, 10 * MANY, seed=5, executor=broken, progress=kill)
    broken.shutdown()
    assert blocks(tmp_path)
    with saving(tmp_path), ProcessPoolExecutor(2, mp_context=spawn) as another:
        found = replicate(TINY, 10 * MANY, seed=5, executor=another)
    assert equal(found, replicate(TINY, 10 * MANY, seed=5, workers=1))
