"""A writer of results that is killed at its n-th move: `python tests/moving.py FOLDER N`."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from sim.report.replacing import replace_files

OLD = {"report.html": "old", "plots/waits.svg": "old", "summary.csv": "old"}
NEW = {"report.html": "new", "plots/hall.svg": "new", "summary.json": "new"}


def write(folder: Path, files: dict[str, str]) -> None:
    """Write small files and the run.json that lists them."""
    listed = {"run.json": json.dumps({"files": [*files, "run.json"]})}
    for name, text in (files | listed).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def main(folder: Path, last: int) -> None:
    """Put the new files in place of the old ones until the n-th move."""
    replace, moves = Path.replace, []

    def move(self: Path, goal: Path) -> Path:
        moves.append(goal)
        if len(moves) > last:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, goal)

    Path.replace = move  # type: ignore[method-assign,assignment]
    replace_files(folder, lambda aside: write(aside, NEW), "en")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
