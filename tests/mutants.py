"""Change one operator, number or condition of a file at a time, and see whether a test notices.

    python tests/mutants.py sim/statistics/intervals.py tests/test_intervals.py --most 100

The mutants are drawn with a fixed seed and written into a copy of the checkout, never here. Each
that no test kills is shown with its line. It says nothing of lines that no test reaches: for these
see the coverage.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
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


def main() -> None:
    """Try the mutants of a file; print survivors and how many were killed."""
    parser = argparse.ArgumentParser(description="Mutation testing of one file.")
    parser.add_argument("file")
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--most", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    source = (ROOT / chosen.file).read_text(encoding="utf-8")
    tree = ast.parse(source)
    found = list(places(tree))
    drawn = sorted(Random(chosen.seed).sample(found, min(chosen.most, len(found))))
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        for part in ("sim", "tests", "scenarios", "docs", "results", "pyproject.toml", "README.md"):
            copied = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            copied(ROOT / part, here / part)
        assert passes(here, chosen.tests), "the tests fail as it is"
        killed = 0
        for number, how in drawn:
            text, line = mutant(tree, number)
            (here / chosen.file).write_text(text, encoding="utf-8")
            if passes(here, chosen.tests):
                print(f"survived: {how}, line {line}: {source.splitlines()[line - 1].strip()}",
                      flush=True)  # fmt: skip
            else:
                killed += 1
    print(f"{chosen.file}: {killed} of {len(drawn)} mutants killed ({len(found)} places)")


def passes(here: Path, tests: list[str]) -> bool:
    """Whether the tests pass in a folder; one that hangs counts as failed."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        return not subprocess.run(
            command, cwd=here, env={**os.environ, "PYTHONPATH": str(here)}, capture_output=True,
            timeout=600, check=False,
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        return False


if __name__ == "__main__":
    main()
