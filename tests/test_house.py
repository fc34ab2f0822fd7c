"""The house stands as DESIGN.md draws it: rooms, arrows, sizes, and what starts at once."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "sim").rglob("*.py"))
DESIGN = (ROOT / "DESIGN.md").read_text(encoding="utf-8")
ROOMS = re.findall(r"^\| `(\w+)` \|", DESIGN.partition("## Rooms")[2], re.MULTILINE)
"""From the ground up to what may import everything."""

LONG_FILES = {
    "sim/theory.py": "one formula after the other, each with its source; nothing in it is nested",
    "sim/statistics/intervals.py": "the intervals, which share their parts; half of it is sources",
    "sim/scenario/examples.py": "an example for each key of a scenario: a list, not logic",
    "sim/report/answer.py": "the answer is one noun: its parts are frozen classes with definitions",
}
LONG_FUNCTIONS = {
    "sim/cli/commands.py run": "a command's options are its parameters",
    "sim/cli/joins.py compare": "a command's options are its parameters",
    "sim/cli/joins.py plan": "a command's options are its parameters",
    "sim/cli/studies.py explain": "a command's options are its parameters",
    "sim/cli/studies.py staff": "a command's options are its parameters",
}
"""Why something is longer than a screen. Shorten it, and take it off this list."""


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def shown(path: Path) -> str:
    """Return a path as it stands in the repository."""
    return path.relative_to(ROOT).as_posix()


def room_of(path: Path) -> str:
    """Return the room of a file, "" for the public names."""
    first = path.relative_to(ROOT / "sim").parts[0]
    return first.removesuffix(".py").replace("__init__", "")


def imports(node: ast.AST) -> Iterator[str]:
    """Yield the modules that are imported when the code runs, wherever that stands."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        for child in node.orelse:
            yield from imports(child)
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute here"
        # `from sim.statistics import intervals` imports a module, whose room is the same
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    else:
        for child in ast.iter_child_nodes(node):
            yield from imports(child)


def rooms_imported(path: Path) -> set[str]:
    """Return the rooms of `sim` that a file imports."""
    return {name.split(".")[1] for name in imports(tree(path)) if name.startswith("sim.")}


def test_the_design_names_every_room_once() -> None:
    rooms = {room_of(path) for path in SOURCES} - {""}
    assert sorted(ROOMS) == sorted(rooms)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room: str) -> None:
    above = set(ROOMS[: ROOMS.index(room) + 1])
    wrong = {
        shown(path): beyond
        for path in SOURCES
        if room_of(path) == room and (beyond := rooms_imported(path) - above)
    }
    assert wrong == {}


def importers(package: str) -> set[str]:
    """Return the rooms that import a package."""
    return {
        room_of(path)
        for path in SOURCES
        if any(name.split(".")[0] == package for name in imports(tree(path)))
    }


def test_statistics_know_no_engine() -> None:
    known = {room for p in SOURCES if room_of(p) == "statistics" for room in rooms_imported(p)}
    assert "log" in known
    assert not known & {"engine", "experiments"}


def test_each_outside_library_has_its_room() -> None:
    assert importers("matplotlib") == {"report"}
    assert importers("jinja2") == {"report"}
    assert importers("openpyxl") == {"fitting", "report"}
    assert importers("simpy") == {"engine"}
    assert importers("numba") == {"engine", "jit"}
    assert importers("typer") == importers("rich") == {"cli"}
    assert importers("ruamel") <= {"scenario"}
    assert importers("pydantic") == {"scenario"}


def test_only_the_reference_engine_knows_simpy() -> None:
    found = {shown(p) for p in SOURCES if any(n.startswith("simpy") for n in imports(tree(p)))}
    assert all(path.startswith("sim/engine/reference/") for path in found)


def test_chance_enters_in_sampling_alone() -> None:
    """And there by address: nothing draws from a stream."""
    banned = re.compile(r"\bnp\.random\b|\bimport random\b|default_rng|\.rvs\(|RandomState")
    found = {shown(p) for p in SOURCES if banned.search(p.read_text(encoding="utf-8"))}
    # Exact answers are met with arrivals that no scenario draws, too: as tables of visits.
    assert found == {"sim/verification/exact/arrivals.py"}


# Sizes


def test_no_file_is_above_400_lines_without_a_reason() -> None:
    lines = {shown(p): p.read_text(encoding="utf-8").count("\n") for p in SOURCES}
    assert {path for path, n in lines.items() if n > 400} == set(LONG_FILES)


def test_no_function_is_above_40_lines_without_a_reason() -> None:
    """Lines of code and signature; a docstring may be as long as it is useful."""
    long = set()
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1  # type: ignore[operator]
                if ast.get_docstring(node):
                    lines -= node.body[0].end_lineno - node.body[0].lineno + 1  # type: ignore[operator]
                if lines > 40:
                    long.add(f"{shown(path)} {node.name}")
    assert long == set(LONG_FUNCTIONS)


# What starts at once

HEAVY = (
    "scipy", "pandas", "matplotlib", "pyarrow", "openpyxl", "jinja2", "simpy", "numba", "pydantic",
)  # fmt: skip
LOADED = f"import sys; print([name for name in {HEAVY!r} if name in sys.modules])"


def run(*command: str) -> str:
    """Run Python and return what it prints."""
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_importing_sim_loads_nothing_heavy() -> None:
    assert run("-c", f"import sim; {LOADED}").strip() == "[]"


def test_help_loads_nothing_heavy() -> None:
    code = "from sim.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    assert run("-c", code + LOADED).strip().endswith("\n[]")


def test_loading_a_scenario_loads_what_it_needs() -> None:
    code = "from sim.scenario.loading import load; load('scenarios/tutorial.yaml')\n"
    loaded = set(re.findall(r"\w+", run("-c", code + LOADED)))
    assert loaded <= {"pydantic", "scipy"}


@pytest.mark.skipif(sys.platform == "win32", reason="no times of child processes there")
def test_help_answers_at_once() -> None:
    """In processor time, so that a busy machine does not matter, against Python doing nothing."""
    nothing = seconds("-c", "pass")
    assert seconds("-c", "from sim.cli import main; main(['--help'])") < 20 * nothing


def seconds(*command: str) -> float:
    """Return the processor time of a Python process, the least of five."""
    import resource

    def used() -> float:
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return children.ru_utime + children.ru_stime

    taken = []
    for _ in range(5):
        before = used()
        run(*command)
        taken.append(used() - before)
    return min(taken)


# What is in the repository

TOP = {
    ".ci", ".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "DESIGN.md", "LICENSE",
    "MANIFEST.in", "Makefile", "README.md", "SECURITY.md", "benchmarks", "constraints.txt", "docs",
    "mkdocs.yml", "notebooks", "pyproject.toml", "results", "scenarios", "sim", "tests",
}  # fmt: skip

# Written so that this file does not hold them itself.
BANNED = {
    "a path of one machine": r"(?<![\w.])/(?:hom[e]|roo[t]|User[s]|wor[k]|tm[p])/\w"
    r"|\b[A-Z]:\\+User[s]",
    "a host of a package registry": r"p[y]pi\.|pythonhoste[d]|npmj[s]|index-ur[l]|find-link[s]",
    "the workplace": r"(?i)\bissue [#]?\d|(?-i:design\.m[d])|brie[f]\.md|\.\./share[d]/"
    r"|\bsub-?agen[t]|\bC[E]O\b|anthropi[c]|\bclaud[e]\b|\bAI assistan[t]|before-sto[p]",
    "a promise to oneself": r"\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b",
}


@cache
def committed() -> tuple[Path, ...]:
    """Return the files of the repository, those included that are not committed yet."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout")
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return tuple(path for path in paths if path.is_file())


def test_nothing_else_stands_at_the_top() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in committed()} - TOP == set()


@pytest.mark.parametrize("what", BANNED)
def test_the_repository_does_not_hold(what: str) -> None:
    pattern = re.compile(BANNED[what])
    found = []
    for path in committed():
        if path.suffix in (".png", ".parquet", ".xlsx"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        text = re.sub(r'"image/png": "[^"]*"', "", text)  # its letters say nothing
        found += [f"{shown(path)}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_a_wheel_holds_every_folder_of_the_program() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    files = [p for p in committed() if p.is_relative_to(ROOT / "sim")]
    folders = {".".join(path.parent.relative_to(ROOT).parts) for path in files}
    setup = project["tool"]["setuptools"]
    assert set(setup["packages"]) == folders | {"sim.shipped.scenarios"}
    packaged = {
        path
        for name, patterns in setup["package-data"].items()
        for pattern in patterns
        for path in (ROOT / name.replace(".", "/")).glob(pattern)
    }
    assert [path for path in files if path.suffix != ".py" and path not in packaged] == []


def test_every_dependency_has_its_line_in_the_design() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[ ]", text)[0] for text in project["dependencies"]}
    table = DESIGN.partition("## Dependencies")[2]
    assert names == set(re.findall(r"^\| ([\w.-]+) \| (?!for)", table, re.MULTILINE)) - {"package"}
    extras = [n for texts in project["optional-dependencies"].values() for n in texts]
    for name in {re.split(r"[<>=\[ ]", text)[0] for text in extras} - {"mppsim"}:
        assert name.removesuffix("-stubs") in table


def test_constraints_name_versions_alone() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line), line
