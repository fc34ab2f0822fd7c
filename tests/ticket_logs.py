"""Ticket logs made of simulated days, as a queue system would export them, and made worse."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim import Scenario, sample, simulate
from sim.scenario.loading import load_text

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


def simulated(text: str = MALL, seed: int = 7) -> tuple[Scenario, pd.DataFrame]:
    """Return a scenario and the log of its days: a row a ticket, times as whole timestamps."""
    scenario = load_text(text)
    stops = simulate(scenario, sample(scenario, seed, 0)).stops
    stops = stops[stops["ticket"].notna()]
    day = pd.to_datetime(stops["date"])
    left = stops["outcome"] == "reneged"
    log = pd.DataFrame(
        {
            "No Tiket": stops["number"].to_numpy(), "Instansi": stops["agency"].to_numpy(),
            "Layanan": stops["service"].to_numpy(),
            "Waktu Ambil": (day + stops["ticket"]).to_numpy(),
            "Waktu Panggil": (day + stops["called"]).to_numpy(),
            "Waktu Selesai": (day + stops["end"]).to_numpy(),
            "Loket": stops["counter"].to_numpy(),
            "Status": np.where(left, "pulang", "selesai"),
            "NIK": [f"11730{d}{v:05d}" for d, v in zip(stops["date"], stops["visit"], strict=True)],
        }
    )  # fmt: skip
    return scenario, log


def rounded(log: pd.DataFrame, step: str) -> pd.DataFrame:
    """Return a log whose times are cut to a step, such as `5min`."""
    times = [name for name in log if name.startswith("Waktu")]
    return log.assign(**{name: log[name].dt.floor(step) for name in times})
