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
# # A researcher's first hour
#
# From a mall in YAML to a plot of your own. Each cell shows one idea; run them in order. The files
# are those of the folder `scenarios` beside this one.

# %%
# pip install mppsim[notebook]

# %% [markdown]
# ## Load
# A scenario is read and checked once. What is wrong comes out in one go, with file, line and column;
# afterwards nothing changes it any more.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import sim

folder = next(p for p in (Path("../scenarios"), Path("scenarios")) if p.is_dir())
mall = sim.load(folder / "tutorial.yaml")
mall.name, mall.services, [day.label for day in mall.days]

# %% [markdown]
# Its parts are plain objects. Inside, durations are whole microseconds; laws have a mean, a standard
# deviation and a quantile function.

# %%
MINUTE = 60_000_000
ktp = mall.agencies["dukcapil"].services["ktp"]
ktp.time.mean / MINUTE, ktp.time.sd / MINUTE, ktp.time.quantile(np.array([0.5, 0.9])) / MINUTE

# %% [markdown]
# ## Sample
# All chance is here: who comes in one replication (a week), when, and what she needs. One row is one
# stop of one citizen.

# %%
workload = sim.sample(mall, seed=1, replication=0)
workload.to_frame()[["day", "journey", "index", "due", "service", "time", "patience"]].head()

# %% [markdown]
# A draw has an address, not a place in a stream. With a tenth more demand there are more citizens,
# and everybody who came before comes again, at the same time and with the same need.

# %%
busier = sim.load(folder / "tutorial.yaml", overrides={"demand.scale": "1.1"})
before, after = workload.to_frame(), sim.sample(busier, seed=1, replication=0).to_frame()
same = before.merge(after)  # on every column, draws included
len(before), len(after), len(same)

# %% [markdown]
# ## Simulate
# The engine draws nothing: the same workload gives the same log, row by row. A log has three tables.
# First the visits, one row for everybody who was due.

# %%
log = sim.simulate(mall, workload)
log.visits[["day", "visit", "journey", "due", "left", "outcome", "reason"]].head()

# %% [markdown]
# Then the stops, one row for each service that somebody reached. Times are as they happened; a wait
# is what you derive from them.

# %%
stops = log.stops.assign(wait=lambda t: (t["called"] - t["ticket"]) / pd.Timedelta("1min"))
stops[["day", "visit", "agency", "service", "counter", "ticket", "called", "wait"]].nlargest(5, "wait")

# %% [markdown]
# And what the counters really did.

# %%
log.counters.query("day == 'mon' and agency == 'bank'").head()

# %% [markdown]
# ## Measure
# Sums and counts of this one replication, by mall, agency, service, journey, class, hour and weekday.
# What nobody experienced is NaN, never 0.

# %%
measures = sim.measure(log, mall)
once = pd.DataFrame(measures.measures).assign(value=measures.value)
once.query("scope == 'agency' and interval == '' and weekday == 'mon'").pivot(
    index="measure", columns="name", values="value"
).loc[["tickets", "wait.mean", "wait.p90", "called_in_time", "left", "utilisation"]].round(2)

# %% [markdown]
# ## Replicate
# One week says little. Replications are independent, so they carry the intervals; shares and means
# are pooled over all of them.

# %%
results = sim.replicate(mall, replications=30, seed=1, workers=1)
results.intervals().query(
    "scope == 'agency' and interval == '' and weekday == '' and measure in ['wait.mean', 'called_in_time']"
)[["name", "measure", "mean", "low", "high", "n", "method"]].reset_index(drop=True)

# %% [markdown]
# A seed gives the same numbers with any number of workers. A quantile of days says what a bad day is
# like: the share of visits fulfilled that only one Monday in twenty falls short of.

# %%
results.estimate("fulfilled", weekday="mon"), results.bad_day("fulfilled", 0.05, weekday="mon")

# %% [markdown]
# With 30 replications there is no interval for one day in twenty; `n_needed` says how many it takes.
#
# ## A measure of your own
# Any function of a log that returns numbers. It runs before the log is dropped.


# %%
def line_at_ten(log: sim.Log) -> dict[str, float]:
    """People who hold a ticket of Disdukcapil on Monday at 10:00 and were not called before."""
    monday = log.stops.query("day == 'mon' and agency == 'dukcapil'")
    ten = pd.Timedelta("10h")
    gone = monday["called"].fillna(monday["end"])  # called, or left the line
    return {"waiting at 10:00": float(((monday["ticket"] < ten) & (gone >= ten)).sum())}


own = sim.replicate(mall, replications=30, seed=1, workers=1, measures=line_at_ten)
own.estimate("waiting at 10:00", scope="own")

# %% [markdown]
# ## How many replications?
# As many as a precision needs: here shares within 3 percentage points, waits within 15 % or 18 s, but
# no more than 200 runs. The rule looks at the width of intervals and never at their sign.

# %%
precise = sim.replicate(mall, 200, precision=3, seed=1, workers=1)
precise.replications, precise.run.precise, precise.run.last_to_settle

# %% [markdown]
# ## Beside theory
# One endless line with exponential gaps and services is M/M/c, for which Erlang's formula is exact. A
# continuous run has no hours; its warm-up is left out of the statistics.

# %%
from sim.scenario.loading import load_text
from sim.theory import MMc

lone_line = load_text("""
name: M/M/2
calendar: {continuous: 10 days, warm_up: 12 h}
agencies:
  bank: {counters: 2, services: {pay: {time: {dist: exponential, mean: 8 min}}}}
journeys: {pay: {per_day: 288, stops: [bank.pay]}}
""")
simulated = sim.replicate(lone_line, replications=10, seed=1, workers=1)
exact = MMc(arrival_rate=288 / (24 * 60), mean_service=8, counters=2)  # per minute, minutes
wait, waited = simulated.estimate("wait.mean"), simulated.estimate("waited")
pd.DataFrame(
    {"exact": [exact.mean_wait, exact.p_wait], "simulated": [wait.value, waited.value],
     "low": [wait.low, waited.low], "high": [wait.high, waited.high]},
    index=["mean wait, min", "share that waits"],
).round(3)

# %% [markdown]
# ## Compare
# An agency joins the mall of Lhokseumawe: a file that names its base and holds only what it adds. Both
# malls meet the same citizens, so the difference is what the agency does to them. Six weeks are few
# for a verdict; take 100.

# %%
base = sim.load(folder / "lhokseumawe.yaml")
joined = sim.load(folder / "join" / "imigrasi.yaml")
comparison = sim.compare(base, joined, replications=6, seed=1)
alternative = comparison.alternatives[0]
lost = alternative.difference("fulfilled")
alternative.verdict, round(lost.value, 3), (round(lost.low, 3), round(lost.high, 3))

# %% [markdown]
# How much the common citizens helped: as many times fewer replications for the same interval.

# %%
round(lost.correlation, 2), round(lost.variance_reduction, 1)

# %% [markdown]
# ## A plot of your own
# `intervals()` is a tidy table, so any plot is a few lines.

# %%
hours = results.intervals().query(
    "scope == 'agency' and name == 'dukcapil' and interval != '' and weekday == '' and measure == 'wait.mean'"
).dropna(subset=["mean"])
figure, ax = plt.subplots(figsize=(6, 3), dpi=80, layout="constrained")
ax.fill_between(hours["interval"], hours["low"], hours["high"], alpha=0.3)
ax.plot(hours["interval"], hours["mean"], marker="o")
ax.axhline(20, color="black", linestyle=":", label="promised to 90 of 100: at most 20 min")
ax.set(xlabel="hour in which the ticket was taken", ylabel="mean wait (min)", ylim=(0, None))
ax.legend()
ax.set_title("Disdukcapil: who waits longest?")
plt.show()

# %% [markdown]
# ## Where next
# `docs/rules.md` says what happens in the hall at each instant, `docs/statistics.md` how numbers and
# intervals are made, `docs/limitations.md` what is not modelled. `Workload.from_frame` plays a recorded
# day, `simulate(mall, workload, engine=f)` an engine of your own, `log.save(folder)` keeps every row.
