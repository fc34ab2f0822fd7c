"""Files in place of files: the new result whole, or the old one untouched.

Everything is written into a hidden folder inside the target first, which is on the same disk and
as writable as the target itself. Then the files of the earlier result are set aside and the new
ones take their place; if any of that fails, or is interrupted, all of it is taken back. Files
that are not ours stay where they are.

A process that is killed takes nothing back. What it was writing is then removed by the next one
that writes into the folder; if the new result was whole already, that one puts it in its place.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from sim.errors import OutputError, why
from sim.words import say

RUN = "run.json"
_OURS = frozenset(
    ("report.html", RUN, "summary.json", "summary.csv", "summary.xlsx", "replications.parquet",
     "log/visit_rows.parquet", "log/stop_rows.parquet", "log/counter_rows.parquet")
)  # fmt: skip
_FOLDERS = ("plots", "log")
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))  # not on Windows
_ASIDE = ".mppsim-"
_HELD = "held"
"""Is locked as long as the process lives that writes into the folder."""
_A_MOMENT = 60
_WHOLE = "whole.json"
"""Is there from when the new result is whole until all of it is in its place."""


def replace_files(target: Path, write: Callable[[Path], None], lang: str) -> list[str]:
    """Let `write` fill an empty folder, then put its files into `target`; return their names.

    A whole run (with run.json among its files) takes the place of an earlier one; what else is
    written leaves the other files of the folder alone. Names are relative to `target`, with `/`.

    Raises OutputError, with all that stood there kept.
    """
    with _aside(target, lang) as aside:
        new, old = aside / "new", aside / "old"
        with _told("not_writable", target, lang):
            new.mkdir()
            old.mkdir()
            write(new)
        names = files_in(new)
        stale = sorted(_written_before(target) - set(names)) if RUN in names else []
        _refuse_folders(target, [*names, *stale], lang)
        with _told("held_open", target, lang):
            _swap(target, aside, names, stale)
    for name in _FOLDERS:
        with suppress(OSError):
            (target / name).rmdir()  # only if this run left it empty
    return names


def check_place(target: Path, lang: str) -> None:
    """Raise OutputError if `replace_files` could not write into a folder; nothing is made."""
    place = Path(target).expanduser().resolve()
    while not place.exists() and place != place.parent:
        place = place.parent
    with _told("not_writable", target, lang):
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def files_in(folder: Path) -> list[str]:
    """Return the names of all files below a folder, with `/`, in order."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


@contextmanager
def _aside(target: Path, lang: str) -> Iterator[Path]:
    """Yield an empty folder inside the target; it is gone afterwards, and so is a new target."""
    is_new = not target.exists()
    with _told("not_writable", target, lang):
        target.mkdir(parents=True, exist_ok=True)
        recover(target)
        aside = Path(tempfile.mkdtemp(prefix=_ASIDE, dir=target))
    held = None
    try:
        with _told("not_writable", target, lang):
            held = _locked(aside)
        yield aside
    finally:
        if held is not None:
            held.close()
        shutil.rmtree(aside, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                target.rmdir()  # only if nothing was put there


def _written_before(target: Path) -> set[str]:
    """Return what the run.json in a folder says was written, as far as we could have done it."""
    try:
        listed = json.loads((target / RUN).read_text(encoding="utf-8"))["files"]
        names = {name for name in listed if isinstance(name, str)}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()
    return {name for name in names if _is_ours(name) and (target / name).is_file()}


def _is_ours(name: str) -> bool:
    """Whether a name is one that this program writes: nobody's run.json makes us delete others."""
    from sim.report.plots import PICTURES

    return name in _OURS or any(
        name == f"plots/{picture}.{suffix}" for picture in PICTURES for suffix in ("svg", "png")
    )


def _refuse_folders(target: Path, names: list[str], lang: str) -> None:
    """Refuse a folder where a file is to be, and a link where a folder is: it leads elsewhere."""
    for name in names:
        if (target / name).is_dir():
            raise OutputError(say("output.is_folder", lang, path=target / name))
        parent = (target / name).parent
        if parent != target and parent.is_symlink():
            raise OutputError(say("output.is_link", lang, path=parent))


def _swap(target: Path, aside: Path, names: list[str], stale: list[str]) -> None:
    """Set the old files aside and put the new ones in their place; on any trouble, go back."""
    new, old = aside / "new", aside / "old"
    done: list[tuple[Path, Path]] = []

    def move(source: Path, goal: Path) -> None:
        goal.parent.mkdir(parents=True, exist_ok=True)
        done.append((source, goal))  # first, so that no Ctrl-C falls between the two
        source.replace(goal)

    order = _order([*names, *stale])
    whole = aside / _WHOLE
    try:
        whole.write_text(json.dumps(stale), encoding="utf-8")
        for name in order:
            if (target / name).is_file() or (target / name).is_symlink():
                move(target / name, old / name)
        for name in reversed(order):
            if name not in stale:
                move(new / name, target / name)
    except BaseException:  # Ctrl-C too
        for source, goal in reversed(done):
            if not source.exists() and not source.is_symlink():
                goal.replace(source)
        whole.unlink(missing_ok=True)  # last: killed before, we go forward again
        raise


def _order(names: list[str]) -> list[str]:
    """Return in which order files go; they come in the reverse of it.

    run.json goes first and comes last: with it, a folder is complete.
    """
    return sorted(names, key=lambda name: (name != RUN, name))


# After a kill


def recover(target: Path) -> None:
    """Bring to its end what a killed process left in a folder; what a living one writes stays.

    A new result that was whole takes its place; one that was not is removed.

    Raises OSError where that cannot be done.
    """
    for aside in sorted(target.glob(f"{_ASIDE}*")):
        if aside.is_symlink() or not aside.is_dir() or _lives(aside):
            continue
        if (aside / _WHOLE).is_file():
            _put_in_place(target, aside)
        shutil.rmtree(aside, ignore_errors=True)


def _put_in_place(target: Path, aside: Path) -> None:
    """Move what a killed process had not moved yet, run.json last."""
    for name in _stale(aside / _WHOLE):
        (target / name).unlink(missing_ok=True)
    for name in reversed(_order(files_in(aside / "new"))):
        goal = target / name
        if goal.is_dir() or (goal.parent != target and goal.parent.is_symlink()):
            continue
        goal.parent.mkdir(parents=True, exist_ok=True)
        (aside / "new" / name).replace(goal)


def _stale(whole: Path) -> list[str]:
    """Return which files of the earlier run have no place in the new one."""
    try:
        listed = json.loads(whole.read_text(encoding="utf-8"))
        return [name for name in listed if isinstance(name, str) and _is_ours(name)]
    except (OSError, ValueError, TypeError, RecursionError):
        return []


def _locked(aside: Path) -> IO[str]:
    """Return an open file that says, as long as this process lives, that the folder is in use."""
    held = (aside / _HELD).open("w", encoding="utf-8")
    with suppress(ImportError):  # Windows: there it is enough that the file is open
        import fcntl

        fcntl.flock(held, fcntl.LOCK_EX)
    return held


def _lives(aside: Path) -> bool:
    """Whether the process that writes into a folder is still there."""
    try:
        import fcntl

        with (aside / _HELD).open("r+", encoding="utf-8") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:  # killed before it said so, or about to say so
        return time.time() - aside.stat().st_mtime < _A_MOMENT
    except ImportError:
        with suppress(OSError):
            (aside / _HELD).unlink(missing_ok=True)
            return False
        return True
    except OSError:
        return True
    return False


@contextmanager
def _told(what: str, target: Path, lang: str) -> Iterator[None]:
    """Turn what the system says into a plain message that names the remedy."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        path = error.filename2 or error.filename or target
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            key = what
        elif error.errno in _FULL:
            key = "full"
        elif isinstance(error, (FileExistsError, NotADirectoryError)):
            key = "is_file"
        else:
            key = "failed"
        message = say(f"output.{key}", lang, path=path, folder=target, why=why(error))
        raise OutputError(message) from error
