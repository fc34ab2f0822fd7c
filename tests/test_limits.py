"""Limits of the words of the whole mall: where they say nothing, no row changes."""

from __future__ import annotations

from typing import Any

import pytest
from malls import scenario_of

from sim import sample, simulate

Data = dict[str, Any]
SERVICE = {"time": {"mean": "9 min", "sd": "5 min"}}
PLAIN: Data = {
    "name": "limits",
    "calendar": {"days": "mon-tue", "hours": "08:00-12:00", "breaks": "10:00-10:30"},
    "hall": {"walk": {"mean": "1 min", "sd": "30 s"}},
    "visitors": {
        "general": {"patience": {"mean": "30 min", "sd": "20 min"}}, "old": {"share": "20 %"},
    },
    "agencies": {
        "a": {"counters": 2, "services": {"s": SERVICE, "t": SERVICE}},
        "b": {"counters": 1, "services": {"s": {"time": {"mean": "4 min", "sd": "3 min"}}}},
    },
    "journeys": {"all": {"per_day": 45, "stops": ["a.s", "b.s", {"a.t": "30 %"}]}},
}  # fmt: skip
PATIENT = {"always": "3 day"}
GENERAL = PLAIN["visitors"]["general"]
JOURNEY = PLAIN["journeys"]["all"]


def _without_effect(before: Data, after: Data) -> bool:
    """Whether a day, drawn and played anew with what was added, has the same rows."""
    logs = [simulate(of, sample(of, 3)) for of in map(scenario_of, (before, after))]
    assert len(logs[0].stop_rows.ticket) > 60
    return logs[0] == logs[1]


def _visitors(**more: Any) -> Data:
    return {**PLAIN, "visitors": {"general": {**GENERAL, **more}, "old": {"share": "20 %"}}}


def _journey(**more: Any) -> Data:
    return {**PLAIN, "journeys": {"all": {**JOURNEY, **more}}}


def _a(**more: Any) -> Data:
    agencies = PLAIN["agencies"]
    return {**PLAIN, "agencies": {**agencies, "a": {**agencies["a"], **more}}}


@pytest.mark.parametrize(
    "hall",
    [
        {"capacity": 100_000},
        {"capacity": 100_000, "when_full": "line"},
        {"seats": 100_000, "standing_patience": "10 %"},
        {"seats": 2, "standing_patience": "100 %"},
    ],
)
def test_a_hall_with_room_for_all_changes_no_row(hall: Data) -> None:
    assert _without_effect(PLAIN, {**PLAIN, "hall": {**PLAIN["hall"], **hall}})
    tight = {"capacity": 4} if "capacity" in hall else {"seats": 2, "standing_patience": "10 %"}
    assert not _without_effect(PLAIN, {**PLAIN, "hall": {**PLAIN["hall"], **hall, **tight}})


def test_patience_that_outlasts_the_day_changes_no_row() -> None:
    visitors = PLAIN["visitors"]
    endless = {**PLAIN, "visitors": {**visitors, "general": {}}}
    for key in ("patience", "patience_in_mall"):
        patient = {**PLAIN, "visitors": {**visitors, "general": {key: PATIENT}}}
        hasty = {**PLAIN, "visitors": {**visitors, "general": {key: {"always": "9 min"}}}}
        assert _without_effect(endless, patient)
        assert not _without_effect(endless, hasty)


def test_counters_with_names_and_nothing_else_change_no_row() -> None:
    assert _without_effect(PLAIN, _a(counters={"1": {}, "2": {"speed": 1}}))
    assert _without_effect(PLAIN, _a(counters={"1": {}, "2": {"hours": ["08:00-12:00"]}}))
    assert not _without_effect(PLAIN, _a(counters={"1": {}, "2": {"speed": 0.5}}))


def test_who_comes_alone_with_one_document_is_as_if_nothing_were_said() -> None:
    for key in ("people", "documents"):
        assert _without_effect(PLAIN, _visitors(**{key: 1}))
        assert _without_effect(PLAIN, _visitors(**{key: {1: "100 %"}}))
    assert not _without_effect(PLAIN, _visitors(documents=2))
    small: Data = {"hall": {**PLAIN["hall"], "capacity": 8}}
    assert not _without_effect(PLAIN | small, _visitors(people=2) | small)


def test_documents_that_all_have_change_no_row() -> None:
    """Who has been served at every stop so far lacks nothing; who leaves on a failure neither."""
    patient = {"visitors": {"general": {}, "old": {"share": "20 %"}}}
    assert _without_effect(PLAIN | patient, _journey(needs={"b.s": "a.s"}) | patient)
    going = {"goes_on_after": "reneged"}
    needing = going | {"needs": {"b.s": "a.s"}}
    assert not _without_effect(_journey(**going), _journey(**needing))


def test_days_that_do_not_vary_are_as_if_nothing_were_said() -> None:
    for varied in (
        lambda by: {**PLAIN, "demand": {"day_to_day": by}},
        lambda by: _a(day_to_day=by),
        lambda by: _journey(day_to_day=by),
    ):
        assert _without_effect(PLAIN, varied("0 %"))
        assert not _without_effect(PLAIN, varied("40 %"))
