"""Where a result goes by default, and whose earlier result it replaces there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sim.scenario.tree import brief

RESULTS = Path("results")


def folder_of(files: Sequence[Path], between: str = "+") -> Path:
    """Return `results/base+overlay` for scenario files; never a folder above it."""
    names = [path.name.removesuffix(path.suffix).strip(". ") or "scenario" for path in files]
    return RESULTS / between.join(names)


def replaced(folder: Path, name: str) -> str:
    """Return the name of another scenario whose run stands in a folder; "" if there is none.

    Two files of one name in different folders would share it by default.
    """
    try:
        found = json.loads((folder / "run.json").read_text(encoding="utf-8"))["scenario_name"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return brief("".join(filter(str.isprintable, str(found)))) if found != name else ""


def replaced_fit(target: Path, logs: Sequence[str]) -> str:
    """Return the logs whose fit stands beside a scenario to be written; "" if none will be lost.

    That is a fit of other logs, or one whose scenario has another name and would stay without
    its page.
    """
    try:
        files = json.loads((target.parent / "fit.json").read_text(encoding="utf-8"))["files"]
        found = ", ".join(map(str, files))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
    return (
        ""
        if files == list(logs) and target.exists()
        else brief("".join(filter(str.isprintable, found)))
    )
