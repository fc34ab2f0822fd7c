"""Killed, out of room, refused: the old result is intact or the new one complete, never between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import moving
import pytest

from sim.report.replacing import recover, replace_files

ROOT = Path(__file__).parent.parent
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="signals and mounts as Linux has them")


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder, but for what is being written aside."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not p.relative_to(folder).parts[0].startswith(".mppsim-")
    }


def asides(folder: Path) -> list[Path]:
    return list(folder.glob("**/.mppsim-*"))


# At each move


@LINUX
def test_killed_at_any_move_the_next_writer_completes_it(tmp_path: Path) -> None:
    moves, whole = len(moving.OLD) + len(moving.NEW) + 2, set()
    for last in range(moves + 1):
        folder = tmp_path / str(last)
        replace_files(folder, lambda aside: moving.write(aside, moving.OLD), "en")
        (folder / "notes.txt").write_text("hers")
        command = [sys.executable, str(ROOT / "tests/moving.py"), str(folder), str(last)]
        done = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert done.returncode == (0 if last == moves else -signal.SIGKILL)
        recover(folder)
        after = contents(folder)
        assert after.pop("notes.txt") == b"hers" and not asides(folder)
        assert set(after) == {*moving.NEW, "run.json"}
        assert {after[name] for name in moving.NEW} == {b"new"}
        whole.add(last)
    assert len(whole) == moves + 1


@LINUX
def test_what_was_not_whole_when_it_was_killed_is_removed(tmp_path: Path) -> None:
    aside = tmp_path / ".mppsim-x"
    (aside / "new").mkdir(parents=True)
    (aside / "new" / "report.html").write_text("half")
    os.utime(aside, (1, 1))
    recover(tmp_path)
    assert contents(tmp_path) == {} and not asides(tmp_path)


@LINUX
def test_what_another_process_is_writing_stays(tmp_path: Path) -> None:
    def write(aside: Path) -> None:
        moving.write(aside, moving.NEW)
        recover(tmp_path)
        assert asides(tmp_path)

    replace_files(tmp_path, write, "en")
    assert set(contents(tmp_path)) == {*moving.NEW, "run.json"}


def test_a_strangers_folder_makes_us_move_nothing_elsewhere(tmp_path: Path) -> None:
    """A folder that claims to be half written, with links that lead out of it."""
    theirs, hers = tmp_path / "theirs", tmp_path / "hers"
    aside = theirs / ".mppsim-x"
    (aside / "new" / "plots").mkdir(parents=True)
    (aside / "new" / "plots" / "a.svg").write_text("evil")
    (aside / "whole.json").write_text('["../hers/notes.txt", "notes.txt", "run.json"]')
    hers.mkdir()
    for path in (hers / "notes.txt", theirs / "notes.txt"):
        path.write_text("hers")
    (theirs / "plots").symlink_to(hers)
    os.utime(aside, (1, 1))
    recover(theirs)
    assert contents(hers) == {"notes.txt": b"hers"}
    assert (theirs / "notes.txt").read_text() == "hers"


# At random moments


@dataclass(frozen=True)
class Command:
    """A command that writes a result, as it was run before and as it is killed.

    folder : what it writes, from the folder in which it runs
    """

    before: tuple[str, ...]
    now: tuple[str, ...]
    folder: str


RUN = ("run", "scenarios/tutorial.yaml", "--out", "out", "--tables", "--log", "--replications")
COMPARE = ("compare", "scenarios/tutorial.yaml", "scenarios/wider.yaml", "--out", "out",
           "--replications", "8")  # fmt: skip
WIDER = "extends: tutorial.yaml\nname: Wider\nagencies: {dukcapil: {counters: 3}}\n"
UPDATE = ("check", "--update", "scenarios/tutorial.yaml", "scenarios/features/quota.yaml")
COMMANDS = {
    "run": Command((*RUN, "2"), (*RUN, "8", "--workers", "2"), "out"),
    "compare": Command((*COMPARE, "--seed", "1"), (*COMPARE, "--seed", "2"), "out"),
    "fit": Command(("fit", "semicolons.csv", "--out", "out/mall.yaml"),
                   ("fit", "dots.csv", "--out", "out/mall.yaml"), "out"),
    "check": Command((*UPDATE, "--reason", "a"), (*UPDATE, "--reason", "b"), "results/reference"),
}  # fmt: skip


class Play:
    """One command in a folder of its own, killed over and over."""

    def __init__(self, name: str, folder: Path) -> None:
        self.command, self.here = COMMANDS[name], folder / name
        shutil.copytree(ROOT / "scenarios", self.here / "scenarios")
        (self.here / "scenarios" / "wider.yaml").write_text(WIDER)
        for log in ("semicolons.csv", "dots.csv"):
            shutil.copy(ROOT / "tests" / "logs" / log, self.here)
        self.target = self.here / self.command.folder
        self.finished(self.command.before)
        self.before = contents(self.target)
        began = time.monotonic()
        self.finished(self.command.now)
        self.seconds = time.monotonic() - began
        self.now = contents(self.target)
        self.differ = {name for name in self.before if self.now.get(name) != self.before[name]}
        assert self.differ

    def started(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "sim.cli", *words], cwd=self.here, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def finished(self, words: tuple[str, ...]) -> None:
        assert self.started(words).wait() == 0

    def restore(self) -> None:
        shutil.rmtree(self.target)
        for name, data in self.before.items():
            (self.target / name).parent.mkdir(parents=True, exist_ok=True)
            (self.target / name).write_bytes(data)

    def killed(self, chance: Random) -> str:
        """Kill the command at a random moment; return what is there afterwards."""
        self.restore()
        process = self.started(self.command.now)
        if chance.random() < 0.5:
            self._await_writing(process)
            time.sleep(chance.uniform(0, 0.5 * self.seconds) ** 2)
        else:
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, self.seconds))
        process.kill()
        process.wait()
        _await_all_gone(process.pid)
        return self.state()

    def _await_writing(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and not (
            asides(self.target) or list(self.target.rglob("*.part"))
        ):
            time.sleep(0.005)

    def state(self) -> str:
        """Return "old" or "new", with what it took; fail at anything between."""
        found, taken = self.kinds(), ""
        if len(found) > 1 or not self.complete():
            recover(self.target)
            taken, found = ", completed", self.kinds()
        assert len(found) == 1 and self.complete(), contents(self.target).keys()
        return found.pop() + taken

    def kinds(self) -> set[str]:
        if self.command.folder != "out":  # each reference is a result of its own
            return {"old or new"}
        there = contents(self.target)
        return {"old" if there.get(n) == self.before[n] else "new" for n in self.differ}

    def complete(self) -> bool:
        there = {n: data for n, data in contents(self.target).items() if not n.endswith(".part")}
        if self.command.folder != "out":
            return there.keys() == self.before.keys() and all(
                data in (self.before[n], self.now[n]) for n, data in there.items()
            )
        names = (self.before if self.kinds() == {"old"} else self.now).keys()
        pages = [data for n, data in there.items() if n.endswith(".html")]
        return there.keys() == names and all(b"</html>" in data[-20:] for data in pages)

    def end(self) -> None:
        """Run the command undisturbed: nothing that was left may hinder it, or stay."""
        self.finished(self.command.now)
        assert contents(self.target).keys() == self.now.keys() and not asides(self.here)
        assert not list(self.here.rglob("*.part"))
        assert not (self.here / "results" / ".unfinished").exists()


def _await_all_gone(group: int, patience: float = 20) -> None:
    """Wait until no worker of a killed command is left."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.02)
    raise AssertionError("a worker outlived its caller")


@LINUX
def test_three_kills_leave_the_old_result_or_the_new(tmp_path: Path) -> None:
    chance, play = Random(3), Play("run", tmp_path)
    for _ in range(3):
        assert play.killed(chance).startswith(("old", "new"))
    play.end()


@LINUX
@pytest.mark.long
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_twenty_five_kills_leave_the_old_result_or_the_new(name: str, tmp_path: Path) -> None:
    chance, play = Random(name), Play(name, tmp_path)
    states = [play.killed(chance) for _ in range(25)]
    print({state: states.count(state) for state in sorted(set(states))})
    play.end()


# No room, no right


def _files(size: int) -> Callable[[Path], None]:
    return lambda aside: moving.write(aside, dict.fromkeys(moving.NEW, "n" * size))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB with an earlier result."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("nobody may mount a disk here")
    try:
        replace_files(disk / "out", lambda aside: moving.write(aside, moving.OLD), "en")
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@LINUX
def test_a_full_disk_leaves_the_old_result(small_disk: Path) -> None:
    from sim.errors import OutputError

    before = contents(small_disk / "out")
    with pytest.raises(OutputError, match=r"disk of .* is full"):
        replace_files(small_disk / "out", _files(50_000), "en")
    assert contents(small_disk / "out") == before and not asides(small_disk)
    (small_disk / "rest").write_bytes(b"")
    with suppress(OSError), (small_disk / "rest").open("wb", buffering=0) as rest:
        while rest.write(b"x" * 4096):
            pass
    with pytest.raises(OutputError, match=r"disk of .* is full"):
        replace_files(small_disk / "out", _files(10), "en")
    assert contents(small_disk / "out") == before and not asides(small_disk)


@LINUX
def test_a_disk_that_may_only_be_read_leaves_the_old_result(small_disk: Path) -> None:
    from sim.errors import OutputError

    before = contents(small_disk / "out")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OutputError, match="no permission"):
        replace_files(small_disk / "out", _files(10), "en")
    assert contents(small_disk / "out") == before


@LINUX
def test_a_limit_on_files_is_said_in_words(tmp_path: Path) -> None:
    """The command itself, under `ulimit -f`: the message, status 2, and the old result."""
    words = (
        "run",
        "scenarios/tutorial.yaml",
        "--replications",
        "2",
        "--out",
        str(tmp_path / "out"),
    )
    command = [sys.executable, "-m", "sim.cli", *words, "--lang", "en"]
    places: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=ROOT, env=places, check=True, capture_output=True)
    before = contents(tmp_path / "out")
    limited = ["sh", "-c", 'ulimit -f 40; exec "$@"', "sh", *command]
    done = subprocess.run(limited, cwd=ROOT, env=places, capture_output=True, text=True)
    assert done.returncode == 2 and "is full" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert contents(tmp_path / "out") == before and not asides(tmp_path)
