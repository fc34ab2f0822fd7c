"""Change one operator, number or condition of a file at a time, and see whether a test notices.

    python tests/mutants.py                                    statistics and the SimPy engine
    python tests/mutants.py sim/statistics/precision.py        one file
    python tests/mutants.py --again                            those once more that survived
    python tests/mutants.py sim/log.py tests/test_hall.py      a file and tests of your choice

The mutants are drawn with a fixed seed and written into a copy of the checkout, never here. What
was found stays under `.cache/mutants/` until the file changes, so a run may be broken off and
taken up again. Each mutant that no test kills is shown with its line. It says nothing of lines
that no test reaches: for these see the coverage.

Each mutant is tried in a fork of a process that has read the libraries already, and the tests that
have killed others come first.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
STORE = ROOT / ".cache" / "mutants"
MOST = 60
"""Mutants of a file, unless more are asked for."""
KERNELS = "sim/statistics/tally/"
"""Played as Python, or each mutant would be compiled."""
_HALL = ("hall", "traces", "counters", "services", "ways", "online", "at_once", "rare",
         "choosing", "features")  # fmt: skip
_MEASURES = ("measures", "office_work")
TESTS: dict[str, tuple[str, ...]] = {
    "sim/engine/reference/": _HALL,
    KERNELS: _MEASURES,
    "sim/statistics/intervals.py": ("intervals", "published"),
    "sim/statistics/precision.py": ("precision",),
    "sim/statistics/selection.py": ("selection",),
    "sim/statistics/warm_up.py": ("warm_up",),
    "sim/statistics/equivalence.py": ("validation",),
    "sim/statistics/change.py": ("compare",),
    "sim/statistics/verdict.py": ("published", "compare", "repair"),
    "sim/statistics/spread.py": ("intervals", "inputs", "dates", "measures"),
    "sim/statistics/": _MEASURES,
}
"""Which tests are to notice: those of the first place that a file lies in."""
LIBRARIES = ("numpy", "scipy.stats", "scipy.optimize", "pandas", "pyarrow.parquet", "numba",
             "pydantic", "ruamel.yaml", "simpy", "holidays")  # fmt: skip
SWAPPED: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Lt: ast.LtE,
    ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.FloorDiv: ast.Div, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.UAdd: ast.USub, ast.USub: ast.UAdd,
}  # fmt: skip


def places(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield each place that can be changed: number of the node in `ast.walk`, and how."""
    left_out = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise | ast.ImportFrom | ast.AnnAssign | ast.JoinedStr)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):  # as `frozen=True`, which no right program tries to break
        for decorator in getattr(node, "decorator_list", ()):
            left_out |= {id(inner) for inner in ast.walk(decorator)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in left_out:
            continue
        if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp) and type(node.op) in SWAPPED:
            yield number, "operator"
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPPED:
            yield number, "comparison"
        elif isinstance(node, ast.If | ast.IfExp | ast.While):
            yield number, "condition"
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
            yield number, "constant"


def mutant(tree: ast.Module, number: int) -> tuple[str, int]:
    """Return the changed source, and the line of the change."""
    tree = copy.deepcopy(tree)
    node = list(ast.walk(tree))[number]
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp):
        node.op = SWAPPED[type(node.op)]()
    elif isinstance(node, ast.Compare):
        node.ops[0] = SWAPPED[type(node.ops[0])]()
    elif isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.UnaryOp(ast.Not(), node.test)
    else:
        assert isinstance(node, ast.Constant)
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    return ast.unparse(ast.fix_missing_locations(tree)), node.lineno  # type: ignore[attr-defined]


def files() -> list[str]:
    """Return the files in which there is something to change, of the rooms that are tried."""
    rooms = "sim/statistics", "sim/engine/reference"
    found = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in found}
    return [name for name, text in texts.items() if any(places(ast.parse(text)))]


def tests_of(file: str) -> list[str]:
    """Return the tests that are to notice a change of a file."""
    names = next((of for place, of in TESTS.items() if file.startswith(place)), ())
    return [f"tests/test_{name}.py" for name in names]


def main(arguments: Sequence[str] | None = None) -> None:
    """Try the mutants of a file, or of all; print survivors and how many were killed."""
    parser = argparse.ArgumentParser(description="Mutation testing.")
    parser.add_argument("file", nargs="?")
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--most", type=int, default=MOST)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.file:
        try_all(chosen.file, chosen.tests or tests_of(chosen.file), chosen)
        return
    for file in files():  # each in a process of its own, since kernels are read once
        command = [sys.executable, __file__, file, "--most", str(chosen.most), "--seed",
                   str(chosen.seed), *["--again"][: chosen.again]]  # fmt: skip
        how = {**os.environ} | ({"NUMBA_DISABLE_JIT": "1"} if file.startswith(KERNELS) else {})
        subprocess.run(command, cwd=ROOT, env=how, check=True)


def try_all(file: str, tests: list[str], chosen: argparse.Namespace) -> None:
    """Try the mutants of a file that were drawn, but for those of which it is known."""
    source = (ROOT / file).read_text(encoding="utf-8")
    tree = ast.parse(source)
    found = list(places(tree))
    shuffled = Random(chosen.seed).sample(found, len(found))
    drawn = sorted(shuffled[: chosen.most])  # so the first 20 are among the first 60
    record = STORE / f"{file.replace('/', '-')}.{sha256(source.encode()).hexdigest()[:12]}.json"
    known: dict[str, str] = json.loads(record.read_text()) if record.exists() else {}
    left = [one for one in drawn if known.get(str(one[0]), "survived") == "survived"]
    if not chosen.again:
        left = [one for one in left if str(one[0]) not in known]
    record.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        trial = Trial(Path(name), file, tests) if left else None
        for number, _ in left:
            assert trial is not None
            known[str(number)] = trial.outcome(mutant(tree, number)[0])
            record.write_text(json.dumps(known))
    for number, how in drawn:
        if known[str(number)] == "survived":
            line = mutant(tree, number)[1]
            print(f"survived: {file}:{line}: {how}: {source.splitlines()[line - 1].strip()}")
    killed = sum(known[str(number)] != "survived" for number, _ in drawn)
    print(f"{file}: {killed} of {len(drawn)} mutants killed ({len(found)} places)", flush=True)


def _program() -> str:
    """Return a hash of the program and its tests."""
    paths = sorted([*(ROOT / "sim").rglob("*.py"), *(ROOT / "tests").glob("*.py")])
    return sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


class Trial:
    """A copy of the checkout in which one file is changed, and tests that look at it."""

    def __init__(self, here: Path, file: str, tests: list[str]) -> None:
        self.file, self.tests, self.here = here / file, tests, here
        for part in ("sim", "tests", "scenarios", "docs", "results", "pyproject.toml", "README.md"):
            copied = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copied(ROOT / part, here / part)
        for library in LIBRARIES:
            __import__(library)
        self.killers: list[str] = []
        self.seconds = 600.0
        self.seconds = 20 + 4 * self._as_it_is()

    def _as_it_is(self) -> float:
        """Return the seconds of the tests; AssertionError where they fail with nothing changed."""
        record = STORE / f"seconds.{sha256(repr((self.tests, _program())).encode()).hexdigest()}"
        if not record.exists():
            began = os.times().children_user
            assert self.outcome(self.file.read_text(encoding="utf-8")) == "survived", "as it is"
            record.write_text(str(os.times().children_user - began))
        return float(record.read_text())

    def outcome(self, text: str) -> str:
        """Return whether the tests let a text pass: `survived`, or the test that did not."""
        self.file.write_text(text, encoding="utf-8")
        for stale in self.file.parent.glob(f"__pycache__/{self.file.stem}.*"):
            stale.unlink()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            self._try(write)
        os.close(write)
        with os.fdopen(read, encoding="utf-8") as told:
            said = told.read()
        _, status = os.waitpid(child, 0)
        if said:
            self.killers = [said, *[one for one in self.killers if one != said]][:30]
        if status == 0:
            return "survived"
        return said or f"ended by {status}"  # broken as it is read, out of time or out of memory

    def _try(self, write: int) -> None:
        """Run the tests and end this process, after the first that fails was told."""
        limit = int(self.seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, 8_000_000_000))
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        os.chdir(self.here)
        os.environ["PYTHONPATH"] = str(self.here)
        sys.path[:0] = [str(self.here), str(self.here / "tests")]
        order = ["-q", "-x", "-p", "no:cacheprovider", *self.tests]
        code = 1
        try:
            code = int(pytest.main(order, plugins=[_FirstFailure(write, self.killers)]))
        finally:
            os._exit(1 if code else 0)


class _FirstFailure:
    """Tells which test failed first, and lets those that killed before come first."""

    def __init__(self, write: int, killers: list[str]) -> None:
        self.write, self.killers = write, killers

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        place = {name: k for k, name in enumerate(self.killers)}
        items.sort(key=lambda item: place.get(item.nodeid, len(place)))

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            os.write(self.write, report.nodeid.encode())


if __name__ == "__main__":
    main()
