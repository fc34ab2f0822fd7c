"""Where a result comes from: all that it takes to get it again, and to see what was used."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.scenario.model import Scenario
from sim.scenario.writing import fingerprint, show
from sim.statistics.results import Results

PACKAGES = (
    "numpy", "scipy", "pandas", "pyarrow", "simpy", "numba", "pydantic", "ruamel.yaml",
    "matplotlib",
)  # fmt: skip
"""Those whose version could move a number or a picture."""
_PATIENCE = 5
"""Seconds for git to answer; a result shall not wait for a slow disk."""


def provenance(results: Results, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return what run.json says of a run, ready for JSON.

    command : the words of the command line that asked for it, if one did
    """
    run = results.run
    return {
        **origin(results.scenario, command),
        "seed": run.seed,
        "replications": results.replications,
        "engine": run.engine,
        "precise": run.precise,
        "last_to_settle": run.last_to_settle,
        "own_measures": list(run.own),
        "seconds": round(run.seconds, 3),
    }


def origin(scenario: Scenario, command: Sequence[str] = ()) -> dict[str, Any]:
    """Return what any output says of where it comes from: program, machine, scenario."""
    return {
        "mppsim": version(),
        "commit": commit(),
        "scenario_name": scenario.name,
        "scenario_sha256": fingerprint(scenario),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: _version_of(name) for name in PACKAGES},
        "scenario": show(scenario),
    }


def version() -> str | None:
    """Return the version of mppsim, None where it runs without being installed."""
    return _version_of("mppsim")


def commit() -> dict[str, Any] | None:
    """Return the git commit that mppsim runs from, and whether files were changed since.

    None where it does not run from a checkout of its own: installed, or without git.
    """
    root = Path(__file__).resolve().parents[2]
    top = _git(root, "rev-parse", "--show-toplevel")
    # Installed within somebody else's checkout, it has no commit of its own.
    if top is None or Path(top).resolve() != root:
        return None
    found = _git(root, "rev-parse", "HEAD")
    if found is None:
        return None
    changed = _git(root, "status", "--porcelain", "--untracked-files=no", "--", "sim")
    return {"id": found, "changed": bool(changed)}


def _git(folder: Path, *words: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "--no-optional-locks", *words], cwd=folder, capture_output=True, text=True,
            timeout=_PATIENCE, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _version_of(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
