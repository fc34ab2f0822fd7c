"""Ticket logs made of simulated days, as a queue system would export them, and made worse.

python tests/ticket_logs.py     writes the shipped example anew
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from sim import Scenario, sample, simulate
from sim.scenario.loading import load as load_scenario
from sim.scenario.loading import load_text
from sim.scenario.weekdays import WEEKDAYS

MALL = """
name: Small
calendar:
  days: 2025-01-06 .. 2025-03-14
  open: mon-fri
  hours: 08:00-15:00
  breaks: {mon-thu: 12:00-13:00, fri: 11:30-13:30}
  last_ticket: 14:30
  at_close: serve_all
demand:
  profile: {08:00: 3, 09:00: 5, 10:00: 4, 11:00: 2, 13:00: 3, 14:00: 1}
  weekday: {mon: 1.3, fri: 0.8}
  day_to_day: 12 %
visitors: {general: {patience: {dist: weibull, shape: 1.5, mean: 60 min}}}
agencies:
  dukcapil:
    counters: 3
    services:
      ktp: {time: {mean: 9 min, sd: 5 min}}
      kk: {time: {dist: gamma, mean: 6 min, cv: 0.5}}
  samsat: {counters: 2, services: {pajak: {time: {dist: exponential, mean: 4 min}}}}
journeys:
  ktp: {per_day: 60, stops: [dukcapil.ktp]}
  kk: {per_day: 40, stops: [dukcapil.kk, samsat.pajak]}
  pajak: {per_day: 50, stops: [samsat.pajak]}
"""


EXAMPLE = Path(__file__).parent.parent / "scenarios" / "logs" / "tickets.csv"
EXAMPLE_WEEKS = 6


def example() -> str:
    """Return the shipped example as CSV: six simulated weeks of the tutorial's mall, made worse."""
    mall = load_scenario(EXAMPLE.parent.parent / "tutorial.yaml")
    weeks = [
        log_of(simulate(mall, sample(mall, 2025, week)).stops, monday)
        for week, monday in enumerate(pd.date_range("2025-01-06", periods=EXAMPLE_WEEKS, freq="7D"))
    ]
    log = degraded(pd.concat(weeks, ignore_index=True), "1min", 2025)
    titles = {name: of.name or name for name, of in mall.agencies.items()}
    text: str = log.drop(columns="NIK").replace({"Instansi": titles}).to_csv(
        index=False, sep=";", date_format="%d/%m/%Y %H:%M", lineterminator="\n"
    )  # fmt: skip
    return text


def simulated(text: str = MALL, seed: int = 7) -> tuple[Scenario, pd.DataFrame]:
    """Return a scenario and the log of its days: a row a ticket, times as whole timestamps."""
    scenario = load_text(text)
    return scenario, log_of(simulate(scenario, sample(scenario, seed, 0)).stops)


def log_of(stops: pd.DataFrame, monday: pd.Timestamp | None = None) -> pd.DataFrame:
    """Return simulated stops as a log. monday : of the week that was played, without dates."""
    stops = stops[stops["ticket"].notna()]
    if monday is None:
        day = pd.to_datetime(stops["date"])
    else:
        day = monday + pd.to_timedelta(stops["day"].astype(str).map(WEEKDAYS.index), unit="D")
    left = stops["outcome"] == "reneged"
    log = pd.DataFrame(
        {
            "No Tiket": stops["number"].to_numpy(), "Instansi": stops["agency"].astype(str),
            "Layanan": stops["service"].astype(str),
            "Waktu Ambil": (day + stops["ticket"]).to_numpy(),
            "Waktu Panggil": (day + stops["called"]).to_numpy(),
            "Waktu Selesai": (day + stops["end"]).to_numpy(),
            "Loket": stops["counter"].astype(str),
            "Status": np.where(left, "pulang", "selesai"),
            "NIK": [f"11730{d:%y%m%d}{v:05d}" for d, v in zip(day, stops["visit"], strict=True)],
        }
    )  # fmt: skip
    return log.reset_index(drop=True)


def rounded(log: pd.DataFrame, step: str) -> pd.DataFrame:
    """Return a log whose times are cut to a step, such as `5min`."""
    times = [name for name in log if name.startswith("Waktu")]
    return log.assign(**{name: log[name].dt.floor(step) for name in times})


def degraded(log: pd.DataFrame, step: str, seed: int) -> pd.DataFrame:
    """Return a log as real ones are: cut to a step, and in each hundred rows a few faults.

    3 lost ends, 1 forgotten closing, 1 duplicate, 1 ticket at two officers; on one day in twenty
    the clock is an hour ahead for half an hour.
    """
    rng = np.random.default_rng(seed)
    log = rounded(log, step)
    u = rng.random(len(log))
    served = log["Waktu Selesai"].notna() & log["Waktu Panggil"].notna()
    log.loc[served & (u < 0.03), "Waktu Selesai"] = pd.NaT
    forgotten = served & (u >= 0.03) & (u < 0.04)
    log.loc[forgotten, "Waktu Selesai"] += pd.to_timedelta(
        rng.integers(4, 12, forgotten.sum()), "h"
    )
    second = log[served & (u >= 0.05) & (u < 0.06)].copy()
    second["Waktu Panggil"] = second["Waktu Selesai"].fillna(second["Waktu Panggil"])
    second["Waktu Selesai"] = second["Waktu Panggil"] + pd.Timedelta("10min")
    second["Loket"] = "9"
    again = log[(u >= 0.06) & (u < 0.07)]
    days = log["Waktu Ambil"].dt.normalize()
    for day in rng.permutation(days.unique())[: len(days.unique()) // 20]:
        begin = pd.Timestamp(day) + pd.Timedelta("9h") + pd.Timedelta("1min") * rng.integers(120)
        ahead = log["Waktu Ambil"].between(begin, begin + pd.Timedelta("30min"))
        times = ["Waktu Ambil", "Waktu Panggil", "Waktu Selesai"]
        log.loc[ahead, times] += pd.Timedelta("1h")
    whole = pd.concat([log, again, second], ignore_index=True)
    return whole.sort_values("Waktu Ambil", kind="stable", ignore_index=True)


if __name__ == "__main__":
    EXAMPLE.parent.mkdir(exist_ok=True)
    EXAMPLE.write_text(example(), encoding="utf-8")
