"""What a stranger's file cannot do; the limits that SECURITY.md names are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from malls import mall

from sim import Log, OutputError, sample, simulate

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


def test_nothing_reaches_the_network_or_reads_pickles() -> None:
    for path in (ROOT / "sim").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(NETWORK, text, re.MULTILINE), path
        assert not re.search(r"pickle\.loads?\(|allow_pickle=True|\beval\(|\bexec\(", text), path


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
    return {"KB": 1000, "MB": 1_000_000, "million": 1_000_000}.get(said.split()[-1], 1)
