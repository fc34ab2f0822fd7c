"""The notebooks run from top to bottom, and what they show is what the code gives today.

The `.py` of a pair is its source. After a change of it, or of results, write the `.ipynb` anew:

    python tests/test_notebooks.py
"""

from __future__ import annotations

import re
import shutil
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "notebooks").glob("*.py"))
SECONDS = 300
"""For one cell; far more than any takes, so that only a hang ends here."""


def executed(source: Path, folder: Path) -> Any:
    """Return the notebook of a `.py` with its outputs, run beside a copy of the scenarios."""
    import jupytext
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.from_dict(jupytext.read(source))
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # random ones would change with each writing
    shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    (folder / "notebooks").mkdir()
    at = {"metadata": {"path": str(folder / "notebooks")}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jupyter's own; the kernel is another process
        NotebookClient(
            notebook, timeout=SECONDS, kernel_name="python3", record_timing=False, resources=at
        ).execute()
    for cell in notebook.cells:
        for data in (output.get("data", {}) for output in cell.get("outputs", ())):
            if "text/html" in data:
                data.pop("text/plain", None)  # the same once more, every field of it
    return notebook


def stored(source: Path) -> Any:
    """Return the committed notebook of a pair."""
    import nbformat

    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def cells(notebook: Any) -> list[tuple[str, str]]:
    """Return kind and source of each cell."""
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def shown(notebook: Any) -> list[list[str]]:
    """Return the texts that each cell of code shows."""
    return [
        [output.get("text") or said(output.get("data", {})) for output in c.outputs]
        for c in notebook.cells
        if c.cell_type == "code"
    ]


def said(data: dict[str, str]) -> str:
    """Return what an output says: a table, or text."""
    return data.get("text/html") or data.get("text/plain", "")


def numbers(texts: list[str]) -> list[float]:
    """Return the numbers in some texts."""
    return [float(n) for text in texts for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text)]


def test_each_notebook_is_a_pair() -> None:
    assert SOURCES
    assert {p.stem for p in SOURCES} == {p.stem for p in (ROOT / "notebooks").glob("*.ipynb")}


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_both_files_of_a_pair_say_the_same(source: Path) -> None:
    import jupytext

    assert cells(stored(source)) == cells(jupytext.read(source))


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_notebook_starts_with_its_installation_alone(source: Path) -> None:
    code = [text for kind, text in cells(stored(source)) if kind == "code"]
    assert code[0] == "# pip install mppsim[notebook]"


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_notebook_runs_and_shows_what_is_stored(source: Path, tmp_path: Path) -> None:
    now, then = shown(executed(source, tmp_path)), shown(stored(source))
    code = [text for kind, text in cells(stored(source)) if kind == "code"]
    for cell, new, old in zip(code, now, then, strict=True):
        assert numbers(new) == pytest.approx(numbers(old), rel=1e-5, nan_ok=True), cell


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: p.stem)
def test_a_notebook_is_small_enough_to_read_in_a_diff(source: Path) -> None:
    assert source.with_suffix(".ipynb").stat().st_size < 150_000


def write_anew() -> None:
    """Run every notebook and store it with its outputs."""
    import nbformat

    for source in SOURCES:
        with TemporaryDirectory() as folder:
            notebook = executed(source, Path(folder))
        metadata = {key: notebook.metadata[key] for key in ("jupytext", "kernelspec")}
        notebook.metadata = nbformat.from_dict(metadata)
        notebook.nbformat_minor = 5
        nbformat.validate(notebook)
        nbformat.write(notebook, source.with_suffix(".ipynb"))
        print(source.with_suffix(".ipynb").relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(write_anew())
