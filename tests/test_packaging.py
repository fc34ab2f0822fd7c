"""An installed mppsim works where there is no checkout."""

from __future__ import annotations

import subprocess
import sys
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


@pytest.mark.long
def test_a_wheel_works_outside_the_checkout(tmp_path: Path) -> None:
    """Built from a copy of what is committed, unpacked elsewhere, asked for an example and run."""
    copy, wheels, installed, here = (tmp_path / name for name in ("copy", "wheels", "inst", "here"))
    for folder in (copy, installed, here):
        folder.mkdir()
    listed = subprocess.run(
        ["git", "archive", "--format=zip", "-o", str(tmp_path / "copy.zip"), "HEAD"],
        cwd=ROOT, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a checkout")
    zipfile.ZipFile(tmp_path / "copy.zip").extractall(copy)
    run("-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(copy), cwd=tmp_path)
    zipfile.ZipFile(next(wheels.glob("*.whl"))).extractall(installed)
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
    code = "from sim import verify; assert verify('simpy', parts=('traces',)).holds"
    run("-c", code, cwd=here, path=installed)
