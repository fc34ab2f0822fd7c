"""An installed mppsim works where there is no checkout."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str, cwd: Path, path: Path | None = None) -> str:
    """Run Python in a folder, with packages from another; return what it prints."""
    import os

    environment = {**os.environ, "MPPSIM_LANG": "en"} | ({"PYTHONPATH": str(path)} if path else {})
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return a wheel that was built of a checkout, and one of the source distribution of it."""
    here = tmp_path_factory.mktemp("built")
    copy, builder = here / "copy", here / "builder"
    copied = subprocess.run(
        ["git", "archive", "--format=zip", "-o", str(here / "copy.zip"), "HEAD"],
        cwd=ROOT, check=False,
    )  # fmt: skip
    if copied.returncode:
        pytest.skip("not a checkout")
    zipfile.ZipFile(here / "copy.zip").extractall(copy)
    backend = tomllib.loads((copy / "pyproject.toml").read_text())["build-system"]["requires"]
    run("-m", "pip", "install", "-q", "--target", str(builder), *backend, cwd=here)
    code = f"from setuptools.build_meta import build_sdist as build; build({str(here)!r})"
    run("-c", code, cwd=copy, path=builder)
    sources = next(here.glob("*.tar.gz"))
    return wheel_of(copy, here / "of-checkout"), wheel_of(sources, here / "of-sources")


def wheel_of(source: Path, into: Path) -> Path:
    """Build the wheel of a folder or a source distribution."""
    run("-m", "pip", "wheel", "-q", "--no-deps", "-w", str(into), str(source), cwd=source.parent)
    return next(into.glob("*.whl"))


def held(wheel: Path) -> dict[str, int]:
    """Return the files of a wheel with their checksums, but for its own list of them."""
    files = zipfile.ZipFile(wheel).infolist()
    return {file.filename: file.CRC for file in files if not file.filename.endswith("/RECORD")}


@pytest.mark.long
def test_what_the_sources_give_is_what_the_checkout_gives(built: tuple[Path, Path]) -> None:
    of_checkout, of_sources = map(held, built)
    assert of_sources == of_checkout
    assert any(name.endswith("scenarios/join/imigrasi.yaml") for name in of_sources)


@pytest.mark.long
def test_a_wheel_works_outside_the_checkout(built: tuple[Path, Path], tmp_path: Path) -> None:
    """That of the sources, unpacked elsewhere, asked for an example and run."""
    installed, here = tmp_path / "installed", tmp_path / "here"
    here.mkdir()
    zipfile.ZipFile(built[1]).extractall(installed)
    where = run("-c", "import sim; print(sim.__file__)", cwd=here, path=installed)
    assert Path(where.strip()).is_relative_to(installed)
    command = "-m", "sim.cli"
    run(*command, "example", "join/imigrasi", cwd=here, path=installed)
    assert (here / "scenarios" / "lhokseumawe.yaml").exists()
    joined = "scenarios/join/imigrasi.yaml"
    assert "no faults" in run(*command, "validate", joined, cwd=here, path=installed)
    run(*command, "run", "scenarios/join/imigrasi.yaml", "--replications", "2", cwd=here,
        path=installed)  # fmt: skip
    assert list((here / "results").rglob("report.html"))
    run(*command, "example", "logs/tickets.csv", cwd=here, path=installed)
    run(*command, "fit", "scenarios/logs/tickets.csv", "--out", "my-mall.yaml", cwd=here,
        path=installed)  # fmt: skip
    assert "no faults" in run(*command, "validate", "my-mall.yaml", cwd=here, path=installed)
    code = "from sim import verify; assert verify('simpy', parts=('traces',)).holds"
    run("-c", code, cwd=here, path=installed)
