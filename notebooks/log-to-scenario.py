# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a log to a scenario
# What a queue system has counted becomes a scenario. Here the log comes from a mall that we know, so
# that one can see how much of it is found again.

# %%
# pip install mppsim[notebook]

# %%
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import sim
from sim.scenario.loading import load_text

truth = load_text("""
name: The mall that nobody knows
calendar: {days: 2025-01-06 .. 2025-02-28, open: mon-fri, hours: 08:00-15:00, last_ticket: 14:30}
demand: {profile: {08:00: 3, 09:00: 5, 10:00: 4, 11:00: 2, 13:00: 3, 14:00: 1}, weekday: {mon: 1.3, fri: 0.8}}
agencies:
  dukcapil: {counters: 3, services: {ktp: {time: {mean: 9 min, sd: 5 min}}}}
  samsat: {counters: 2, services: {pajak: {time: {mean: 4 min, sd: 3 min}}}}
journeys:
  ktp: {per_day: 60, stops: [dukcapil.ktp, {samsat.pajak: 30 %}]}
  pajak: {per_day: 50, stops: [samsat.pajak]}
""")
truth

# %% [markdown]
# ## The log
# As a queue system would export it: a row a ticket, with its own names of columns.

# %%
stops = sim.simulate(truth, sim.sample(truth, seed=7, replication=0)).stops
day = pd.to_datetime(stops["date"])
log = pd.DataFrame({
    "Tiket": stops["number"], "Instansi": stops["agency"], "Layanan": stops["service"],
    "Waktu Ambil": (day + stops["ticket"]).dt.floor("s"), "Waktu Panggil": (day + stops["called"]).dt.floor("s"),
    "Waktu Selesai": (day + stops["end"]).dt.floor("s"), "Loket": stops["counter"],
})
path = Path(mkdtemp()) / "tickets.csv"
log.to_csv(path, index=False)
log.head(3)

# %% [markdown]
# ## The fit
# Every row is used, or counted with the reason why it is not. Nothing is dropped in silence.

# %%
found = sim.fit([path])
found.period, len(found.tickets)

# %%
[(s.n, round(s.mean.value, 2), round(s.mean.low, 2), round(s.mean.high, 2)) for s in found.services]

# %% [markdown]
# ## The scenario
# YAML with a source behind every figure. What the log cannot say is a question, and the file does not run
# until it is answered.

# %%
text = sim.draft(found, "en")
print("\n".join(text.splitlines()[:25]))

# %% [markdown]
# ## How far off
# The service times that were fitted, beside those of the mall that made the log.

# %%
figure, axes = plt.subplots(1, 2, figsize=(7, 3), dpi=80, layout="constrained")
for ax, name in zip(axes, ("dukcapil.ktp", "samsat.pajak")):
    agency, _, service = name.partition(".")
    rows = stops[(stops["agency"] == agency) & (stops["service"] == service)]
    minutes = np.sort((rows["end"] - rows["start"]) / pd.Timedelta("1min"))
    ax.plot(minutes, np.linspace(0, 1, len(minutes)), label="in the log")
    p = np.linspace(0.01, 0.99, 99)
    ax.plot(truth.service(name).time.quantile(p) / 60_000_000, p, "--", label="the law behind it")
    ax.set(title=name, xlabel="minutes")
axes[0].legend()
plt.show()

# %% [markdown]
# On the command line: `mppsim fit tickets.csv`, with a page on how well each part is known.
