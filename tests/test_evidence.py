"""Each word of the hall has its evidence: days by hand, a limit in which it vanishes, its faults.

That laws hold with the word in any company is the work of `test_laws` and `test_drawn_malls`, whose
malls say every word. What decides nothing inside the hall has no day by hand: who comes is drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from drawn_malls import RICH_WORDS

from sim.scenario.index import WANTED

TESTS = Path(__file__).parent
FEATURES = TESTS.parent / "scenarios" / "features"


@dataclass(frozen=True)
class Evidence:
    """What stands for a word.

    words : as the generated malls say it
    by_hand : days worked out by hand, or draws that are counted
    limits : without effect it changes no row
    scenarios : the small scenarios that show it
    faults : how the names of its invalid files begin
    """

    words: str
    by_hand: str
    limits: str
    scenarios: str
    faults: str


EVIDENCE = {
    "call": Evidence(
        "walk_up missed again_after",
        "test_the_counter_is_occupied_from_the_call_on test_a_ticket_called_in_vain_is_dropped "
        "test_a_missed_ticket_is_called_again_after_some_others",
        "test_a_word_that_says_nothing_changes_no_row",
        "call missed-call",
        "call",
    ),
    "tickets": Evidence(
        "tickets",
        "test_who_is_served_elsewhere_is_passed_over_and_called_when_she_is_free "
        "test_who_is_free_goes_to_the_first_that_calls_and_the_other_waits",
        "test_for_who_makes_one_stop_the_word_says_nothing",
        "tickets-at-entrance",
        "tickets",
    ),
    "online_number": Evidence(
        "online_number",
        "test_number_time_arrival_and_wait_are_three_things "
        "test_who_is_called_before_she_is_there_misses_the_call",
        "test_numbers_of_nobody_and_leads_of_a_morning_change_no_row",
        "online-number",
        "online_number",
    ),
    "booking": Evidence(
        "booking grace call_early",
        "test_who_is_later_than_the_grace_is_a_walk_in "
        "test_an_early_citizen_may_be_called_before_her_time "
        "test_slots_are_given_in_order_until_they_are_gone",
        "test_a_booking_of_nobody_changes_no_row",
        "booking",
        "booking",
    ),
    "order": Evidence(
        "order priority",
        "test_booked_and_walk_ins_are_called_in_turn "
        "test_who_has_waited_longest_is_called_whatever_the_tier",
        "test_a_word_that_says_nothing_changes_no_row "
        "test_the_longest_wait_in_one_line_is_whoever_came_first",
        "order-in-turn longest-wait",
        "order",
    ),
    "quota": Evidence(
        "quota",
        "test_a_quota_is_used_by_tickets_and_released_by_the_clock "
        "test_a_class_draws_from_its_own_pool_alone",
        "test_a_word_that_says_nothing_changes_no_row",
        "quota goes-on-after",
        "quota",
    ),
    "last_ticket": Evidence(
        "last_ticket",
        "test_an_agency_gives_its_last_ticket_before_it_closes",
        "test_a_word_that_says_nothing_changes_no_row",
        "agency-last-ticket",
        "agency_last_ticket last_ticket",
    ),
    "come_back": Evidence(
        "come_back",
        "test_who_is_turned_away_comes_back_on_her_next_day "
        "test_she_comes_for_what_is_left_and_has_her_documents",
        "test_where_nobody_fails_nobody_comes_back",
        "come-back",
        "come_back",
    ),
    "full": Evidence(
        "capacity when_full standing_patience",
        "test_who_finds_no_room_waits_at_the_door_in_the_order_of_coming "
        "test_who_finds_no_seat_bears_less_from_her_ticket_on",
        "test_a_hall_with_room_for_all_changes_no_row",
        "line-at-the-door",
        "hall",
    ),
    "balking": Evidence(
        "balking",
        "test_who_finds_too_long_a_line_does_not_join "
        "test_who_hears_of_too_long_a_wait_does_not_join",
        "test_a_word_that_says_nothing_changes_no_row",
        "balking",
        "balking",
    ),
    "patience": Evidence(
        "patience patience_in_mall",
        "test_patience_for_the_visit_runs_from_the_door "
        "test_patience_runs_through_a_break_and_yields_to_a_free_counter",
        "test_patience_that_outlasts_the_day_changes_no_row",
        "patience-in-mall",
        "patience",
    ),
    "counters": Evidence(
        "speed serves",
        "test_speed_scales_the_service_half_to_even "
        "test_an_early_closing_counter_leaves_once_nobody_waits_for_it",
        "test_counters_with_names_and_nothing_else_change_no_row",
        "named-counters",
        "counter",
    ),
    "skills": Evidence(
        "serves help_from classes only",
        "test_own_citizens_first_then_those_of_another_agency "
        "test_one_officer_serves_three_tenants "
        "test_an_officer_helps_when_enough_are_waiting "
        "test_a_counter_for_the_elderly_calls_nobody_else",
        "test_what_every_counter_serves_need_not_be_said",
        "skills",
        "counter",
    ),
    "breaks": Evidence(
        "breaks at_break",
        "test_half_of_the_counters_go_first_and_half_after "
        "test_a_break_interrupts_where_the_officer_pauses "
        "test_nobody_is_called_whose_service_would_last_too_long_into_the_break",
        "test_without_breaks_it_does_not_matter_what_one_does_at_them "
        "test_shifts_of_all_at_once_are_the_breaks_of_the_mall",
        "breaks-in-shifts at-break",
        "break at_break",
    ),
    "open": Evidence(
        "open",
        "test_a_tenant_that_is_not_there_today_turns_away",
        "test_a_word_that_says_nothing_changes_no_row",
        "tenant-some-weekdays",
        "open agency_open",
    ),
    "absence": Evidence(
        "absence away late told_at",
        "test_an_absent_officer_leaves_the_others_the_work "
        "test_where_all_officers_are_missing_there_is_no_officer "
        "test_who_is_told_that_nobody_is_there_does_not_come_in",
        "test_a_word_that_says_nothing_changes_no_row "
        "test_nobody_is_told_anything_while_somebody_is_there",
        "absence late told-at-the-entrance",
        "absence away late told",
    ),
    "outage": Evidence(
        "outage",
        "test_who_is_served_waits_for_the_end_of_an_outage "
        "test_who_was_interrupted_goes_to_the_head_of_the_line "
        "test_the_rest_is_done_by_hand_meanwhile "
        "test_the_mall_s_power_stops_machines_and_lets_counters_go_on_by_hand",
        "test_what_never_fails_changes_no_row",
        "outage",
        "outage",
    ),
    "together": Evidence(
        "people documents",
        "test_who_finds_no_room_waits_at_the_door_in_the_order_of_coming "
        "test_several_documents_are_one_call_of_their_times_and_one_number_at_the_entrance",
        "test_who_comes_alone_with_one_document_is_as_if_nothing_were_said",
        "documents line-at-the-door",
        "people documents",
    ),
    "incomplete": Evidence(
        "incomplete fetch",
        "test_who_lacks_a_paper_goes_home_after_part_of_the_service "
        "test_who_fetches_a_copy_takes_a_new_ticket "
        "test_who_keeps_her_ticket_is_called_before_all_others",
        "test_a_share_of_zero_changes_no_row",
        "incomplete",
        "incomplete",
    ),
    "park": Evidence(
        "park",
        "test_who_is_parked_is_called_again_first_while_the_counter_goes_on",
        "test_a_share_of_zero_changes_no_row",
        "park",
        "park",
    ),
    "ways": Evidence(
        "choose by any_order repeat",
        "test_the_shortest_line_is_read_when_she_leaves_the_stop_before "
        "test_stops_in_any_order_are_made_where_the_line_is_short "
        "test_a_repetition_ends_at_its_limit",
        "test_a_weight_of_all_is_a_plain_stop test_one_option_by_lines_is_a_plain_stop "
        "test_nobody_who_repeats_is_as_if_there_were_no_repetition",
        "choices",
        "choice any_order repeat",
    ),
    "needs": Evidence(
        "needs goes_on_after",
        "test_the_document_comes_first_though_its_line_is_longer "
        "test_who_lacks_a_document_passes_a_stop_over test_a_journey_may_go_on_after_a_failure",
        "test_documents_that_all_have_change_no_row",
        "goes-on-after",
        "needs goes_on_after",
    ),
    "dates": Evidence(
        "holidays special",
        "test_holidays_are_no_days_but_where_the_mall_opens_nevertheless "
        "test_a_special_day_wins_over_its_season_and_demands_multiply",
        "test_a_holiday_removes_its_day_and_moves_nobody_on_other_days",
        "",
        "date holiday special",
    ),
    "seasons": Evidence(
        "seasons month day_of_month growth",
        "test_what_a_season_leaves_out_is_as_on_ordinary_days "
        "test_factors_of_dates_come_on_top_of_weekdays_that_are_normalised_over_the_week",
        "test_a_season_of_factor_one_changes_no_row test_factors_of_one_change_no_row",
        "",
        "season month day_of_month growth",
    ),
    "when": Evidence(
        "weekday",
        "test_weekday_factors_of_a_journey_hold_for_it_alone "
        "test_a_journey_keeps_its_own_course_of_the_day_and_seasons_have_theirs",
        "test_factors_of_one_change_nothing",
        "",
        "profile journey_profile weekday journey_weekday",
    ),
    "day_to_day": Evidence(
        "day_to_day",
        "test_a_journey_has_good_and_bad_days_of_its_own "
        "test_an_agency_moves_those_who_come_for_it_and_nobody_else",
        "test_days_that_do_not_vary_are_as_if_nothing_were_said",
        "day-to-day",
        "day_to_day journey_day_to_day agency_day_to_day",
    ),
    "surge": Evidence(
        "surges",
        "test_a_surge_adds_citizens_of_its_journey_within_its_hours "
        "test_a_surge_among_dates_comes_once",
        "test_a_surge_moves_nobody_else",
        "surge",
        "surge",
    ),
    "moved_from": Evidence(
        "moved_from",
        "test_it_is_what_the_shares_come_to",
        "test_it_changes_no_number_and_survives_being_shown",
        "moved-from",
        "moved_from",
    ),
    "costs": Evidence(
        "set_up wrap_up by_hour",
        "test_a_counter_is_set_up_after_another_service_alone "
        "test_a_service_lasts_by_the_hour_at_which_it_begins "
        "test_an_officer_writes_up_what_was_served_before_she_calls",
        "test_what_costs_nothing_changes_no_row_and_what_costs_does",
        "set-up wrap-up by-hour",
        "set_up wrap_up by_hour",
    ),
    "back_office": Evidence(
        "back_office",
        "test_the_officer_works_on_it_when_nobody_is_there "
        "test_nobody_works_on_it_in_a_break",
        "test_where_nothing_is_left_nothing_is_measured_and_no_row_moves",
        "back-office",
        "back_office",
    ),
}  # fmt: skip
NO_RULE = {"promise", "decision", "observed"}
"""What says what is wished or known, and decides no wait."""
DEFINED = {
    name
    for file in TESTS.glob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
}
INVALID = [file.stem for file in (TESTS / "scenarios" / "invalid").glob("*.yaml")]


def test_every_word_of_the_index_has_evidence() -> None:
    assert set(EVIDENCE) == set(WANTED) - NO_RULE


@pytest.mark.parametrize("word", EVIDENCE)
def test_the_evidence_is_there(word: str) -> None:
    of = EVIDENCE[word]
    assert set(of.words.split()) <= set(RICH_WORDS)
    assert of.by_hand.split() and set(of.by_hand.split()) <= DEFINED
    assert of.limits.split() and set(of.limits.split()) <= DEFINED
    for name in of.scenarios.split():
        assert (FEATURES / f"{name}.yaml").exists()
    for start in of.faults.split():
        assert any(name.startswith(start) for name in INVALID), start
    assert sum(name.startswith(tuple(of.faults.split())) for name in INVALID) >= 3


def test_every_small_scenario_belongs_to_a_word() -> None:
    shown = {name for of in EVIDENCE.values() for name in of.scenarios.split()}
    assert {file.stem for file in FEATURES.glob("*.yaml")} == shown
