"""What a stranger's file cannot do; the limits that SECURITY.md names are those of the code."""

from __future__ import annotations

import json
import pickle
import re
import zlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from malls import mall

from sim import Log, LogError, MallError, OutputError, sample, simulate
from sim.experiments import saved as saved_blocks
from sim.experiments.saved import Store, packed
from sim.fitting.rules import read_mapping
from sim.report.result_folder import replaced
from sim.verification.check import check
from sim.verification.reference import Reference, read, write

ROOT = Path(__file__).parent.parent
NETWORK = r"^\s*(?:import|from) (?:urllib|http|socket|requests|ftplib|smtplib|asyncio)\b"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    scenario = mall({"a": 1})
    simulate(scenario, sample(scenario, 1)).save(tmp_path)
    assert Log.load(tmp_path) == simulate(scenario, sample(scenario, 1))
    return tmp_path


@pytest.mark.parametrize("table", ["visit_rows", "stop_rows", "counter_rows"])
@pytest.mark.parametrize("wrong", ["text", "no column", "unknown code", "no names", "no parquet"])
def test_a_log_that_is_none_is_refused_in_words(saved: Path, table: str, wrong: str) -> None:
    path = saved / f"{table}.parquet"
    found = pq.read_table(path)
    code = {"visit_rows": "outcome", "stop_rows": "service", "counter_rows": "state"}[table]
    at = found.schema.get_field_index(code)
    if wrong == "text":
        found = found.set_column(at, code, pa.array(["x"] * found.num_rows))
    elif wrong == "no column":
        found = found.drop_columns([code])
    elif wrong == "unknown code":
        found = found.set_column(at, code, pa.array(np.full(found.num_rows, 99)))
    elif wrong == "no names":
        for other in saved.glob("*.parquet"):
            pq.write_table(pq.read_table(other).replace_schema_metadata(None), other)
        found = found.replace_schema_metadata(None)
    pq.write_table(found, path)
    if wrong == "no parquet":
        path.write_bytes(b"PAR1 not really PAR1")
    with pytest.raises(OutputError, match="cannot read"):
        Log.load(saved)


# What stands in a folder that came from a stranger


def _block(tree: object, shapes: object) -> bytes:
    head = json.dumps([tree, shapes]).encode()
    return zlib.compress(len(head).to_bytes(8, "big") + head)


OBJECTS = _block(["array", 0], [["O", [1]]])
BLOCKS = {
    "nothing": b"", "no zlib": b"half a blo", "pickled": zlib.compress(pickle.dumps([1])),
    "objects": OBJECTS, "cut": OBJECTS[:-3], "no such array": _block(["array", 3], []),
    "no tree": _block(7, []), "negative": _block(["array", 0], [["<f8", [-5]]]),
    "short": _block(["array", 0], [["<f8", [10**12]]]),
    "deep": zlib.compress((10**6).to_bytes(8, "big") + b"[" * 10**6),
}  # fmt: skip


@pytest.mark.parametrize("what", BLOCKS)
def test_a_saved_block_that_is_none_is_done_again(what: str, tmp_path: Path) -> None:
    (tmp_path / "0-4.block").write_bytes(BLOCKS[what])
    assert Store(tmp_path).load(0, 4) is None


def test_a_block_that_unpacks_to_more_than_any_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0-4.block").write_bytes(packed([np.zeros(100)]))
    assert Store(tmp_path).load(0, 4) is not None
    monkeypatch.setattr(saved_blocks, "LARGEST_BLOCK", 500)
    assert Store(tmp_path).load(0, 4) is None


@pytest.mark.parametrize("named", ["/etc/hostname", "../other.yaml"])
def test_a_reference_names_no_file_outside_of_the_folder(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    theirs = {"scenario": named, "scenario_hash": "", "seed": 1, "replications": 1, "measures": {}}
    (here / "x.json").write_text(json.dumps(theirs))
    with pytest.raises(MallError, match="outside this folder"):
        check(here / "x.json")


def test_a_reference_is_not_written_through_a_link(tmp_path: Path) -> None:
    hers, path = tmp_path / "hers.txt", tmp_path / "x.json"
    hers.write_text("hers")
    path.with_suffix(".part").symlink_to(hers)
    write(path, Reference("x.yaml", "", 1, 1, {}))
    assert hers.read_text() == "hers" and read(path).scenario == "x.yaml"


def test_what_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.json"
    write(path, Reference("x.yaml", "", 1, 1, {}))
    monkeypatch.setattr("sim.verification.reference.LARGEST", 10)
    with pytest.raises(MallError, match="more than"):
        read(path)
    mapping = tmp_path / "columns.yaml"
    mapping.write_text("columns: {arrival: a}\n" + "#" * 200_000)
    with pytest.raises(LogError, match="200 KB"):
        read_mapping(mapping)


@pytest.mark.parametrize("found", ['{"scenario_name": "\\u001b[2Jmall"}', "[" * 100_000, "7"])
def test_a_strangers_run_json_says_nothing_to_the_terminal(found: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(found)
    assert replaced(tmp_path, "mine") in ("", "[2Jmall")


def test_a_log_of_too_many_rows_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.log.MOST_LOG_ROWS", 0)
    with pytest.raises(OutputError, match="rows"):
        Log.load(saved)


OF_ITS_OWN_MEMORY = {"scenario/loading.py": 1, "experiments/blocks.py": 1}
"""Where the program unpacks what it packed itself a moment before, and never a file: how often."""


def test_nothing_reaches_the_network_or_reads_pickles() -> None:
    for path in (ROOT / "sim").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(NETWORK, text, re.MULTILINE), path
        assert not re.search(r"pickle\.load\(|allow_pickle=True|\beval\(|\bexec\(", text), path
        own = OF_ITS_OWN_MEMORY.get(path.relative_to(ROOT / "sim").as_posix(), 0)
        assert text.count("pickle.loads(") == own, path


def test_the_limits_of_the_paper_are_those_of_the_code() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "sim").rglob("*.py"))
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    table = text.partition("## Limits")[2].partition("## Logs")[0]
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    limits = [(n, name) for ns, names in rows for n, name in zip(
        re.split(r", (?=\d)|, (?=\d+ million)", ns), re.findall(r"`(\w+)`", names), strict=False)
        if name.isupper() and "_" in name]  # fmt: skip
    assert len(limits) >= 9
    for said, name in limits:
        value = re.search(rf"^{name} = ([\d_]+)", code, re.MULTILINE)
        assert value is not None, name
        number = int(re.sub(r"\D", "", said)) * _scale(said)
        assert number == int(value[1]), name


def _scale(said: str) -> int:
    return {"KB": 1000, "MB": 1_000_000, "million": 1_000_000, "GB": 10**9}.get(said.split()[-1], 1)
