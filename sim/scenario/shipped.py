"""The scenarios and the ticket log that come with mppsim, in the package or in a checkout."""

from __future__ import annotations

import re
from pathlib import Path

from sim.errors import MallError, OutputError, why

_PACKAGE = Path(__file__).parent.parent


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios; `extends` in them wants it to have this name."""
    installed = _PACKAGE / "shipped" / "scenarios"
    return installed if installed.is_dir() else _PACKAGE.parent / "scenarios"


def shipped() -> dict[str, Path]:
    """Return the shipped scenarios by name: `tutorial`, `join/imigrasi`, sorted."""
    folder = shipped_folder()
    files = {
        path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.yaml")
    }
    return dict(sorted(files.items()))


def shipped_logs() -> dict[str, Path]:
    """Return the shipped ticket logs by name: `logs/tickets.csv`."""
    folder = shipped_folder()
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.glob("logs/*"))}


def shipped_file(name: str) -> Path:
    """Return the file of a shipped scenario, or of the log.

    Raises MallError for a name that none has.
    """
    known = shipped() | shipped_logs()
    if name.removesuffix(".yaml") not in known:
        raise MallError.of("error.no_example", name=name, known=", ".join(known))
    return known[name.removesuffix(".yaml")]


def copy_example(name: str, into: Path) -> list[Path]:
    """Copy a shipped scenario and the files that it extends, or a log; its own copy comes first.

    into : the folder in which `scenarios/` is made; below that all stands as it is shipped, so
        that `extends` finds its base

    Raises MallError for a name that none has, OutputError where a file is in the way or cannot
    be written; what stood there before stays.
    """
    files = _with_bases(shipped_file(name))
    copies = {into / "scenarios" / path.relative_to(shipped_folder()): path for path in files}
    for copy, path in copies.items():
        if copy.exists() and copy.read_bytes() != path.read_bytes():
            raise OutputError.of("error.example_in_the_way", file=copy)
    for copy, path in copies.items():
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        except OSError as error:
            raise OutputError.of("error.example_not_written", file=copy, why=why(error)) from error
    return list(copies)


def _with_bases(file: Path) -> list[Path]:
    files = [file]
    if file.suffix != ".yaml":
        return files
    extends = re.compile(r"^extends: *([^ #\n]+)", re.MULTILINE)
    while found := extends.search(files[-1].read_text(encoding="utf-8")):
        files.append((files[-1].parent / found[1]).resolve())
    return files
