"""Install the oldest or the newest versions that pyproject.toml allows, and try mppsim with them.

    python tests/versions.py oldest                      with this Python
    python tests/versions.py newest --python python3.13

Each in an environment of its own below `.cache/versions/`; installing asks for the network. The
tests that are run are those that a version could break: reading, laws, days by hand, tables. Then
the shipped scenarios are played, and a hash of all their rows is printed: it is the same with
every version of Python, NumPy and Numba.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
STORE = ROOT / ".cache" / "versions"
TESTS = ("traces", "distributions", "loading", "words", "fitting", "report_tables")
PYTEST = [
    "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={ROOT}",
    "-o", "pythonpath=tests", "-o", "markers=long: minutes", "-m", "not long",
]  # fmt: skip
ROWS = """
import sys, hashlib
from dataclasses import fields
from pathlib import Path
import numba, numpy, scipy
from sim import load, sample, simulate
digest, rows = hashlib.sha256(), 0
for path in sorted(Path("scenarios").rglob("*.yaml")):
    if path.parent.name != "join" and "2025" not in path.name:
        mall = load(path)
        log = simulate(mall, sample(mall, 1, 0))
        rows += len(log.stop_rows.row)
        for table in (log.visit_rows, log.stop_rows, log.counter_rows):
            for field in fields(table):
                digest.update(getattr(table, field.name).tobytes())
print("Python", sys.version.split()[0], "NumPy", numpy.__version__, "Numba", numba.__version__,
      "SciPy", scipy.__version__, "rows", rows, "hash", digest.hexdigest()[:16])
"""


def main() -> None:
    """Install, test, run, and print the hash of the rows."""
    parser = argparse.ArgumentParser(description="Try mppsim with other versions.")
    parser.add_argument("which", choices=("oldest", "newest"))
    parser.add_argument("--python", default=sys.executable)
    chosen = parser.parse_args()
    python = installed(chosen.which, chosen.python)
    run(python, *PYTEST, *(f"tests/test_{name}.py" for name in TESTS))
    out = STORE / "out"
    run(python, "-m", "sim.cli", "run", "scenarios/tutorial.yaml", "--replications", "4",
        "--tables", "--log", "--replications-table", "--out", str(out))  # fmt: skip
    run(python, "-c", ROWS)


def installed(which: str, python: str) -> str:
    """Return the Python of an environment with the oldest or the newest versions."""
    folder = STORE / which
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    own = str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
    subprocess.run([own, "-m", "pip", "install", "-q", *wanted(which)], check=True)
    return own


def wanted(which: str) -> list[str]:
    """Return what to install: `numpy==2.0` of `numpy>=2.0` for the oldest, else the bare names."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tests = [t for t in project["optional-dependencies"]["dev"] if re.match("pytest>|hypo", t)]
    bounds = [*project["dependencies"], *tests]
    if which == "oldest":
        return [bound.replace(">=", "==") for bound in bounds]
    return [bound.partition(">=")[0] for bound in bounds]


def run(python: str, *words: str) -> None:
    """Run Python on this checkout, with kernels compiled for these versions alone."""
    where = {"PYTHONPATH": str(ROOT), "MPPSIM_CACHE": str(Path(python).parent.parent / "kernels")}
    subprocess.run([python, *words], cwd=ROOT, env={**os.environ, **where}, check=True)


if __name__ == "__main__":
    main()
