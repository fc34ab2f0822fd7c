"""Choices, any order, repetitions and documents: days by hand, draws, and the limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from malls import mall, us, workload_of
from traces import check

from sim.engine import simulate
from sim.engine.loads import loads
from sim.errors import WorkloadError
from sim.sampling import sample
from sim.scenario.loading import load, load_text
from sim.scenario.model import Scenario
from sim.scenario.writing import show
from sim.workload import Workload

ROOT = Path(__file__).parent.parent


def journey(stops: list[Any], **more: Any) -> dict[str, Any]:
    return {"journeys": {"all": {"per_day": 9, "stops": stops, **more}}}


def three(calendar: Any = None, **more: Any) -> Scenario:
    way = journey(["a.s", "b.s", "c.s"], **more)
    return mall({"a": 1, "b": 1, "c": 1}, calendar=calendar or {}, **way)


def test_the_shortest_line_is_read_when_she_leaves_the_stop_before() -> None:
    """At 08:10 A finds one at b (in service) and two at c; that b is full when she comes at 08:14,
    and c empty, does not matter. The other option is no stop of hers.

    who due   service walk time pick   group | ticket called end   stop   visit     left
    A   08:00 a.s     0    10   next   0     | 08:00  08:00  08:10 served -         -
    "   08:00 b.s     4    5    one_of 1     | 08:14  08:32  08:37 served completed 08:37
    "   08:00 c.s     4    5    one_of 1     | .      .      .     .      -         -
    B   08:02 b.s     0    20   next   0     | 08:02  08:02  08:22 served completed 08:22
    C   08:02 c.s     0    9    next   0     | 08:02  08:02  08:11 served completed 08:11
    D   08:03 c.s     0    2    next   0     | 08:03  08:11  08:13 served completed 08:13
    E   08:11 b.s     0    10   next   0     | 08:11  08:22  08:32 served completed 08:32
    """
    check(test_the_shortest_line_is_read_when_she_leaves_the_stop_before, three())


def test_lines_as_short_go_by_the_order_of_the_file() -> None:
    """Both are empty: A takes the first of the list, B the other.

    who due   service time pick   group | ticket called end   stop   visit     left
    A   08:00 b.s     5    one_of 1     | 08:00  08:00  08:05 served completed 08:05
    "   08:00 a.s     5    one_of 1     | .      .      .     .      -         -
    B   08:00 b.s     5    one_of 1     | .      .      .     .      -         -
    "   08:00 a.s     5    one_of 1     | 08:00  08:00  08:05 served completed 08:05
    """
    check(test_lines_as_short_go_by_the_order_of_the_file, three())


def test_stops_in_any_order_are_made_where_the_line_is_short() -> None:
    """A goes to b first, since c is taken, then to c, and last to a, which she needs after all.

    who due   service walk time pick      group | ticket called end   stop   visit     left
    B   07:59 a.s     0    30   next      0     | 08:00  08:00  08:30 served completed 08:30
    C   08:01 c.s     0    5    next      0     | 08:01  08:01  08:06 served completed 08:06
    A   08:02 a.s     1    5    any_order 1     | 08:13  08:30  08:35 served completed 08:35
    "   08:02 b.s     1    5    any_order 1     | 08:02  08:02  08:07 served -         -
    "   08:02 c.s     1    4    any_order 1     | 08:08  08:08  08:12 served -         -
    """
    log = check(test_stops_in_any_order_are_made_where_the_line_is_short, three())
    assert log.stops.loc[log.stops["visit"] == 3, "stop"].tolist() == [2, 3, 1]


def test_a_service_that_gives_no_ticket_comes_last() -> None:
    """b closes at 08:00: its empty line does not count as a short one, A is served at a first.

    who due   service time pick      group | ticket end   stop               visit          left
    A   08:10 b.s     5    any_order 1     | -      -     turned_away/closed refused/closed 08:15
    "   08:10 a.s     5    any_order 1     | 08:10  08:15 served             -              -
    """
    b = {"counters": {"1": {"hours": "08:00-08:05"}}}
    day = mall({"a": 1, "b": b}, **journey(["a.s", "b.s"]))
    check(test_a_service_that_gives_no_ticket_comes_last, day)


def test_the_document_comes_first_though_its_line_is_longer() -> None:
    """a needs a document of b, so A waits there although a is empty.

    who due   service time pick      group | ticket called end   stop   visit     left
    B   07:59 b.s     9    next      0     | 08:00  08:00  08:09 served completed 08:09
    A   08:01 a.s     5    any_order 1     | 08:11  08:11  08:16 served completed 08:16
    "   08:01 b.s     2    any_order 1     | 08:01  08:09  08:11 served -         -
    """
    day = mall({"a": 1, "b": 1}, **journey([{"any_order": ["a.s", "b.s"]}], needs={"a.s": "b.s"}))
    check(test_the_document_comes_first_though_its_line_is_longer, day)


def test_who_lacks_a_document_passes_a_stop_over() -> None:
    """A was not served at a, goes on, and has nothing to do at b; B did not even go to a.

    who due   service time patience | ticket called end   stop             visit         left
    C   08:00 a.s     30   -        | 08:00  08:00  08:30 served           -             -
    "   08:00 b.s     5    -        | 08:30  08:30  08:35 served           completed     08:35
    A   08:01 a.s     5    3        | 08:01  -      08:04 reneged/patience -             -
    "   08:01 b.s     5    -        | .      .      .     .                -             -
    "   08:01 c.s     5    -        | 08:04  08:04  08:09 served           left/patience 08:09
    B   08:20 b.s     5    -        | .      .      .     .                completed     08:20
    """
    day = three(needs={"b.s": "a.s"}, goes_on_after="reneged")
    check(test_who_lacks_a_document_passes_a_stop_over, day)


def test_at_closing_a_choice_not_made_has_one_row() -> None:
    """She is in service when the mall closes: of the choice the first has a row, of the rest each.

    who due   service time pick      group | ticket end   stop             visit            left
    A   15:55 a.s     9    next      0     | 15:55  16:04 served           -                -
    "   15:55 b.s     9    one_of    1     | -      -     sent_home/closed -                -
    "   15:55 c.s     9    one_of    1     | .      .     .                -                -
    "   15:55 c.s     9    any_order 2     | -      -     sent_home/closed -                -
    "   15:55 b.s     9    any_order 2     | -      -     sent_home/closed sent_home/closed 16:04
    """
    day = mall(
        {"a": 1, "b": 1, "c": 1},
        **journey(["a.s", "b.s", "c.s"]),
        calendar={"at_close": "send_home"},
    )
    check(test_at_closing_a_choice_not_made_has_one_row, day)


def test_at_closing_no_stop_is_left_that_she_could_not_make() -> None:
    """She was not served at a, so b is nothing that she is sent home from: c was her last stop.

    who due   service time patience | ticket called end   stop             visit         left
    B   15:40 a.s     15   -        | 15:40  15:40  15:55 served           completed     15:55
    A   15:45 a.s     5    7        | 15:45  -      15:52 reneged/patience -             -
    "   15:45 c.s     10   -        | 15:52  15:52  16:02 served           left/patience 16:02
    "   15:45 b.s     5    -        | .      .      .     .                -             -
    """
    calendar = {"at_close": "send_home"}
    day = three(calendar=calendar, needs={"b.s": "a.s"}, goes_on_after="reneged")
    check(test_at_closing_no_stop_is_left_that_she_could_not_make, day)


# What is drawn


def drawn(stops: list[Any], **more: Any) -> tuple[Scenario, Workload]:
    way = journey(stops, **more)
    way["journeys"]["nobody"] = {"per_day": 0, "stops": ["a.s", "b.s", "c.s"]}
    scenario = mall({"a": 1, "b": 1, "c": 1}, demand={"scale": 20}, **way)
    return scenario, sample(scenario, 5)


def services(workload: Workload) -> list[list[int]]:
    return [
        workload.service[workload.offset[v] : workload.offset[v + 1]].tolist()
        for v in range(len(workload))
    ]


def test_weights_say_how_many_make_which() -> None:
    _, workload = drawn([{"choose": {"a.s": "30 %", "b.s": "70 %"}}, "c.s"])
    firsts = [of[0] for of in services(workload)]
    assert all(len(of) == 2 for of in services(workload))
    share = np.mean(np.array(firsts) == 0)
    assert abs(share - 0.3) < 4 * np.sqrt(0.21 / len(firsts))


def test_a_weight_of_all_is_a_plain_stop() -> None:
    _, chosen = drawn([{"choose": {"a.s": "100 %", "b.s": "0 %"}}])
    _, plain = drawn(["a.s", {"b.s": "0 %"}])
    assert chosen == plain


def test_who_has_been_somewhere_goes_elsewhere() -> None:
    options = ["a.s", "b.s", "c.s"]
    some = {"choose": options, "by": "not_visited"}
    _, workload = drawn(["a.s", some, some, some])
    ways = services(workload)
    assert all(sorted(of[:3]) == [0, 1, 2] for of in ways)  # each once, then any
    assert {of[1] for of in ways} == {1, 2}
    assert {of[3] for of in ways} == {0, 1, 2}


def test_a_repetition_ends_at_its_limit() -> None:
    _, workload = drawn([{"repeat": ["a.s", "b.s"], "share": "60 %", "at_most": 3}, "c.s"])
    ways = services(workload)
    assert {tuple(of) for of in ways} == {(0, 1) * k + (2,) for k in (1, 2, 3)}
    again = np.mean([len(of) > 3 for of in ways])
    assert abs(again - 0.6) < 4 * np.sqrt(0.24 / len(ways))


def test_nobody_who_repeats_is_as_if_there_were_no_repetition() -> None:
    _, once = drawn([{"repeat": ["a.s"], "share": "0 %", "at_most": 3}])
    _, plain = drawn(["a.s"])
    assert once == plain


def test_a_round_moves_nobody_elses_draws() -> None:
    """The first round draws as the stop alone does, and so do later stops of one service."""
    stops = [{"repeat": ["a.s"], "share": "60 %", "at_most": 3}, "b.s", "a.s"]
    _, rounds = drawn(stops)
    _, plain = drawn(["a.s", "b.s", "a.s"])
    first = rounds.offset[:-1]
    assert (rounds.time[first] == plain.time[plain.offset[:-1]]).all()
    assert (rounds.time[rounds.offset[1:] - 1] == plain.time[plain.offset[1:] - 1]).all()


def test_a_choice_by_lines_lays_out_all_options() -> None:
    scenario, workload = drawn([{"choose": ["a.s", "b.s"], "by": "shortest_line"}, "c.s"])
    assert services(workload) == [[0, 1, 2]] * len(workload)
    log = simulate(scenario, workload)
    made = log.stops.groupby("visit", observed=True)["service"].size()
    assert set(made) == {2}


def test_one_option_by_lines_is_a_plain_stop() -> None:
    """The limit of a choice: with a single line the way is that of a plain stop, row for row."""
    scenario, workload = drawn(["a.s", "b.s"])
    frame = workload.to_frame()
    frame["pick"] = "any_order"
    frame["group"] = frame["stop"]
    again = Workload.from_frame(frame, scenario)
    assert simulate(scenario, again) == simulate(scenario, workload)


def test_the_load_counts_stops_by_how_often_they_are_made() -> None:
    plain, _ = drawn(["a.s", "b.s", "c.s"])
    of = {
        x.agency: x.offered for x in loads(plain) if not x.interval
    }  # three equal agencies, all day
    scenario, _ = drawn(
        [
            {"choose": {"a.s": "25 %", "b.s": "75 %"}},
            {"repeat": ["c.s"], "share": "50 %", "at_most": 3},
        ]
    )
    found = {x.agency: x.offered for x in loads(scenario) if not x.interval}
    assert found == pytest.approx({"a": 0.25 * of["a"], "b": 0.75 * of["b"], "c": 1.75 * of["c"]})


def test_draws_survive_a_table_and_files_survive_showing() -> None:
    stops = [
        {"choose": ["a.s", "b.s"], "by": "shortest_line"},
        {"any_order": ["b.s", {"c.s": "50 %"}]},
        {"choose": {"a.s": "25 %", "b.s": "75 %"}},
        {"repeat": ["c.s"], "share": "50 %", "at_most": 3},
    ]
    scenario, workload = drawn(stops, needs={"c.s": ["a.s", "b.s"]})
    assert Workload.from_frame(workload.to_frame(), scenario) == workload
    assert load_text(show(scenario)) == scenario


@pytest.mark.parametrize(
    ("picks", "groups", "said"),
    [
        (["one_of", "one_of"], [0, 0], "says how to pick"),
        (["next", "next"], [1, 1], "says how to pick"),
        (["one_of", "any_order"], [1, 1], "in one way"),
        (["one_of", "next", "one_of"], [1, 0, 1], "stand together"),
    ],
)
def test_a_table_whose_groups_are_torn_is_refused(
    picks: list[str], groups: list[int], said: str
) -> None:
    scenario = three()
    rows = [
        {"journey": "all", "index": 0, "stop": k + 1, "due": us(480), "service": "a.s",
         "time": us(5), "pick": pick, "group": group}
        for k, (pick, group) in enumerate(zip(picks, groups, strict=True))
    ]  # fmt: skip
    with pytest.raises(WorkloadError, match=said):
        simulate(scenario, workload_of(scenario, rows))


def test_the_small_scenario_shows_what_it_is_for() -> None:
    scenario = load(ROOT / "scenarios" / "features" / "choices.yaml")
    log = simulate(scenario, sample(scenario, 1))
    stops = log.stops
    orders = {tuple(of) for _, of in stops.groupby("visit")["stop"]}
    assert any(list(of) != sorted(of) for of in orders)
    assert log.visits["outcome"].eq("completed").all()
