"""Bookings come back from a log: who books, who comes when, who does not, at which times."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from round_trip import SEED, refuted

from sim import draft, fit, sample, simulate
from sim.fitting.bookings import seats_of
from sim.fitting.fit import Fitted
from sim.fitting.grades import parts
from sim.fitting.inputs import inputs
from sim.fitting.validation import validate
from sim.report import fitted_bookings
from sim.report.fitted import figure
from sim.report.studies import of_fit
from sim.scenario import quantities as q
from sim.scenario.loading import load_text
from sim.statistics.intervals import Estimate

MALL = """
name: Passports
calendar:
  days: 2025-01-06 .. 2025-03-14
  open: mon-fri
  hours: 08:00-15:00
  breaks: 12:00-13:00
  last_ticket: 14:30
demand:
  profile: {08:00: 3, 09:00: 5, 10:00: 4, 11:00: 2, 13:00: 3, 14:00: 1}
  day_to_day: 10 %
agencies:
  imigrasi: {counters: 5, services: {paspor: {time: {mean: 12 min, sd: 5 min}}}}
journeys:
  paspor:
    per_day: 60
    stops: [imigrasi.paspor]
    booking:
      share: 70 %
      every: 30 min
      seats: 5
      hours: [08:00-12:00, 13:00-14:30]
      no_show: 12 %
      cancelled: 6 %
      rebooked: yes
      punctuality: {dist: normal, mean: -8 min, sd: 12 min}
      call_early: yes
      beyond: walk_in
"""
TRUE = {"share": 0.7, "no_show": 0.12, "cancelled": 0.06, "mean": -8.0, "sd": 12.0}


def booked_log(text: str = MALL, seed: int = SEED) -> pd.DataFrame:
    """Return the log of a mall with booked times, and rows for those who did not come."""
    scenario = load_text(text)
    log = simulate(scenario, sample(scenario, seed, 0))
    visits, stops = log.visits, log.stops[log.stops["ticket"].notna()]
    day = pd.to_datetime(stops["date"])
    booked = visits.set_index(["day", "visit"])["booked"]
    came = pd.DataFrame({
        "No Tiket": stops["number"].astype(str).to_numpy(),
        "Layanan": stops["service"].astype(str).to_numpy(),
        "Jadwal": (day + booked.loc[list(zip(stops["day"], stops["visit"], strict=True))]
                   .to_numpy()).to_numpy(),
        "Waktu Ambil": (day + stops["ticket"]).to_numpy(),
        "Waktu Panggil": (day + stops["called"]).to_numpy(),
        "Waktu Selesai": (day + stops["end"]).to_numpy(),
        "Loket": stops["counter"].astype(str).to_numpy(), "Status": "selesai",
    })  # fmt: skip
    away = visits[visits["outcome"].isin(["no_show", "cancelled"])]
    unseen = pd.DataFrame({
        "No Tiket": [f"B{k}" for k in range(len(away))], "Layanan": "paspor",
        "Jadwal": (pd.to_datetime(away["date"]) + away["booked"]).to_numpy(),
        "Status": away["outcome"].map({"no_show": "tidak hadir", "cancelled": "batal"}).to_numpy(),
    })  # fmt: skip
    return pd.concat([came, unseen], ignore_index=True)


def fitted(folder: Path, log: pd.DataFrame) -> Fitted:
    path = folder / "log.parquet"
    log.to_parquet(path)
    return fit([path])


def estimates(found: Fitted) -> dict[str, Estimate]:
    of = found.bookings["paspor"]
    assert of.no_show is not None and of.cancelled is not None
    return {"share": of.share, "no_show": of.no_show, "cancelled": of.cancelled, "mean": of.mean,
            "sd": of.sd}  # fmt: skip


def covered(found: Fitted) -> dict[str, bool]:
    """Return whether each interval holds the truth."""
    held = {key: one.low <= TRUE[key] <= one.high for key, one in estimates(found).items()}
    per_day = found.arrivals.per_day["paspor"]
    return held | {"a day": per_day.low <= 60 <= per_day.high}


@pytest.fixture(scope="module")
def passports(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    return fitted(tmp_path_factory.mktemp("bookings"), booked_log())


def test_bookings_come_back(passports: Fitted) -> None:
    of = passports.bookings["paspor"]
    assert (of.every, of.seats) == (30 * 60 * 10**6, 5)
    assert of.call_early and of.normal and of.filled < 0.1
    early = next(part for part in parts(passports) if part.kind == "early")
    assert "min before the booked time" in figure(early, "en")
    assert "menit sebelum waktu yang dipesan" in figure(early, "id")
    late = replace(early, value=Estimate(2.5, 1.0, 4.0, 9, "t", 0.95))
    assert figure(late, "en") == "come 2.5 min after the booked time (1.0–4.0)"
    for key, one in estimates(passports).items():
        assert one.value == pytest.approx(TRUE[key], abs=2 * one.half_width), key
    per_day = passports.arrivals.per_day["paspor"]
    assert per_day.value == pytest.approx(60, abs=2 * per_day.half_width)


def test_the_scenario_books_as_the_mall_does(passports: Fitted) -> None:
    made, true = load_text(draft(passports, "en")), load_text(MALL)
    booking, as_true = made.journeys["paspor"].booking, true.journeys["paspor"].booking
    assert booking is not None and as_true is not None
    assert booking.hours is not None and as_true.hours is not None
    assert booking.hours[0] == as_true.hours[0]
    assert as_true.hours[1][0] == booking.hours[1][0] < booking.hours[1][1] <= as_true.hours[1][1]
    low, high = made.plausible["journeys.paspor.booking.no_show"]
    assert low.value < booking.no_show < high.value
    assert made.sources["journeys.paspor.booking"].endswith("did not come")


def test_bookings_are_drawn_as_the_log_leaves_them_open(passports: Fitted) -> None:
    drawn = inputs(passports, 50)
    assert "journeys.paspor.booking.share" in drawn.groups["bookings"]
    shares = [q.read_share(draw["journeys.paspor.booking.share"]) for draw in drawn.draws]
    of = passports.bookings["paspor"].share
    assert 0.5 < np.std(shares) / (of.half_width / 1.96) < 1.6
    figures = {path: str(value) for path, value in drawn.draws[0].items()
               if path.startswith("journeys.")}  # fmt: skip
    assert load_text(draft(passports, "en"), overrides=figures).journeys["paspor"].booking


def test_who_did_not_come_is_no_visit_and_counts_once(passports: Fitted, tmp_path: Path) -> None:
    log = booked_log()
    away = log[log["Waktu Ambil"].isna()]
    twice = fitted(tmp_path, pd.concat([log, away], ignore_index=True))
    assert len(twice.history.unseen.day) == len(passports.history.unseen.day) == len(away)
    visits = load_text(draft(passports, "en")).observed["visits_per_day"]
    came = len(passports.history.row) / len(passports.history.days)
    assert visits.value == pytest.approx(came, rel=0.02)


def test_an_online_ticket_counts_where_it_was_taken_at_the_booked_time(tmp_path: Path) -> None:
    log = booked_log()
    log["Kanal"] = np.where(log["Jadwal"].notna(), "online", "kiosk")
    walked = log.index[log["Jadwal"].isna()][:50]
    log.loc[walked, "Kanal"] = "online"
    counts = fitted(tmp_path, log).ledger.counts("arrivals")
    assert counts["online"] == 50


def test_days_are_played_again_with_waits_from_the_booked_time(tmp_path: Path) -> None:
    """Who is early waits for her time, and that is no wait: it would be five minutes of it."""
    found = fitted(tmp_path, booked_log(MALL.replace("call_early: yes", "call_early: no")))
    (agency,) = validate(found, 4).agencies
    assert abs(agency.again.value) < 1 and abs(agency.drawn.value) < 2


def test_who_did_not_come_is_in_the_ledger_and_no_wait(passports: Fitted) -> None:
    counts = passports.ledger.counts("arrivals")
    assert counts["booked_absent"] > 100 and counts["booked_cancelled"] > 50
    assert sum(counts.values()) == len(passports.tickets)
    assert passports.waits().min() >= 0


def test_a_wait_begins_at_the_booked_time(passports: Fitted) -> None:
    h = passports.history
    early = (h.booked > h.arrival) & (h.called > h.booked)
    assert early.any()
    assert (h.since[early] == h.booked[early]).all()
    before = (h.booked > h.arrival) & (h.called < h.booked)
    assert before.sum() > 100
    assert (h.since[before] == h.called[before]).all()


def test_seats_are_those_that_come_nearest_to_the_log() -> None:
    """Twelve and ten bookings: full slots first, or spread over the day, or in the afternoon."""
    assert seats_of(np.array([[6.0, 6, 0, 0], [6, 4, 0, 0]])) == (6, 0.0)
    assert seats_of(np.array([[3.0, 3, 3, 3], [3, 3, 2, 2]]))[0] == 3
    assert seats_of(np.array([[0.0, 0, 6, 6], [0, 0, 6, 4]]))[1] > 0.4


def test_who_books_is_not_in_the_course_of_the_day(passports: Fitted) -> None:
    """Of walk-ins 5 in 36 come from 09:00 to 09:30, and 1 in 36 from 11:00; who booked does not."""
    of = passports.arrivals
    by_slot = dict(zip((of.slots // (1800 * 10**6)).tolist(), of.profile, strict=True))
    assert by_slot[18].value == pytest.approx(5 / 36, abs=2 * by_slot[18].half_width)
    assert by_slot[22].value == pytest.approx(1 / 36, abs=2 * by_slot[22].half_width)


def test_a_log_of_those_who_came_says_so(tmp_path: Path) -> None:
    log = booked_log()
    found = fitted(tmp_path, log[log["Waktu Ambil"].notna()])
    assert found.bookings["paspor"].no_show is None
    said = " ".join(fitted_bookings.sentences(found, "en"))
    assert "lists nobody who booked and did not come" in said
    booking = load_text(draft(found, "en")).journeys["paspor"].booking
    assert booking is not None and booking.no_show == 0


def test_where_every_seat_is_taken_more_may_wish_to_book(passports: Fitted, tmp_path: Path) -> None:
    found = fitted(tmp_path, booked_log(MALL.replace("seats: 5", "seats: 3")))
    assert "every seat was taken" in " ".join(fitted_bookings.sentences(found, "en"))
    assert found.bookings["paspor"].full > 40 > passports.bookings["paspor"].full


def test_bookings_spread_over_the_day_are_said_not_to_fit(tmp_path: Path) -> None:
    log = booked_log(MALL.replace("share: 70 %", "share: 60 %"))
    half = log["Jadwal"].notna() & (log.index % 2 == 0)
    log.loc[half, ["Jadwal", "Waktu Ambil", "Waktu Panggil", "Waktu Selesai"]] += pd.Timedelta("2h")
    found = fitted(tmp_path, log)
    assert found.bookings["paspor"].filled > fitted_bookings.OTHER_TIMES
    assert "at other times" in " ".join(fitted_bookings.sentences(found, "en"))


def test_a_dash_and_a_date_of_its_own_column_are_read(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    days = [f"{day:%d/%m/%Y}" for day in pd.date_range("2025-01-06", periods=40, freq="B")]
    rows = [f"{day};paspor;{hour}.00;{hour}.05;{hour}.10;{hour}.20" for day in days
            for hour in ("09", "10", "11")]  # fmt: skip
    rows += [f"{day};paspor;10.00;-;-;" for day in days[::4]]
    rows += ["06/01/2025;paspor;;-;-;", "06/01/2025;paspor;10.00;x9;-;"]
    head = "Tanggal;Layanan;Jam Booking;Jam Ambil;Jam Panggil;Jam Selesai"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    found = fit([path])
    assert found.ledger.counts("arrivals") == {"used": 120, "unreadable": 2, "booked_absent": 10}
    of = found.bookings["paspor"]
    assert of.no_show is not None and of.no_show.value == pytest.approx(10 / 130)
    assert (of.share.value, of.every, of.mean.value) == (1, 3600 * 10**6, 5)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_tells_of_bookings(passports: Fitted, lang: str, tmp_path: Path) -> None:
    of_fit(passports, lang, "mall.yaml").write(tmp_path, lang)
    page = (tmp_path / "fit.html").read_text(encoding="utf-8")
    for sentence in fitted_bookings.sentences(passports, lang):
        assert sentence in page


@pytest.mark.long
def test_intervals_of_bookings_hold_the_truth_as_often_as_they_claim(tmp_path: Path) -> None:
    every: dict[str, list[bool]] = {}
    for number in range(600):
        found = fitted(tmp_path, booked_log(seed=SEED + number))
        for key, held in covered(found).items():
            every.setdefault(key, []).append(held)
    assert refuted(every) == {}
