"""What objects show of themselves in a notebook, and the way to xarray."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from sim import glance

ROOT = Path(__file__).parent.parent
MALL = sim.load(ROOT / "scenarios" / "tutorial.yaml")


def test_each_object_shows_a_table_of_its_own_numbers() -> None:
    log = sim.simulate(MALL, sim.sample(MALL, seed=1, replication=0))
    results = sim.replicate(MALL, 5, seed=1, workers=1)
    assert '<td style="text-align: left">Disdukcapil</td>' in MALL._repr_html_()
    assert f"{len(log.visits)} visits" in log._repr_html_()
    served = int((log.stops["outcome"] == "served").sum())
    assert f">{served}</td>" in log._repr_html_()
    share = results.estimate("called_in_time", "agency", "bank")
    assert f"{share.low:.2f}" in results._repr_html_()


def test_a_stranger_s_name_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "<script>alert(1)</script>"
    mall = sim.load(ROOT / "scenarios" / "tutorial.yaml", overrides={"name": evil})
    results = sim.replicate(mall, 2, seed=1, workers=1)
    for shown in (mall._repr_html_(), results._repr_html_()):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
    monkeypatch.setenv("MPPSIM_LANG", "id")
    assert "kunjungan" in mall._repr_html_()


def test_what_nobody_experienced_is_empty_and_what_is_long_is_cut() -> None:
    shown = glance.table("t", ("agency", "value"), [("a", float("nan"))] * (glance.MOST_ROWS + 3))
    assert shown.count("<tr>") == glance.MOST_ROWS + 2
    assert "nan" not in shown
    assert "and 3 more" in shown


def test_xarray_holds_the_same_numbers() -> None:
    results = sim.replicate(MALL, 3, seed=1, workers=1)
    data = results.to_xarray()
    k = results.position("wait.mean", "agency", "bank")
    assert data["measure"].values[k] == "wait.mean"
    np.testing.assert_array_equal(
        data["value"].values[:, k], results.per_replication("wait.mean", "agency", "bank")
    )


def test_without_xarray_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xarray", None)
    results = sim.replicate(MALL, 2, seed=1, workers=1)
    with pytest.raises(sim.MallError, match=r"mppsim\[xarray\]"):
        results.to_xarray()
