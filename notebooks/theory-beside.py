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
# # Queueing theory beside simulation
# Where a formula is exact, simulation must meet it. Where it is not, one sees what it leaves out.

# %%
# pip install mppsim[notebook]

# %%
import matplotlib.pyplot as plt
import pandas as pd

import sim
from sim.scenario.loading import load_text
from sim.theory import MG1, MMc

LINE = """
name: One line
calendar: {continuous: 4 days, warm_up: 12 h}
agencies: {bank: {counters: COUNTERS, services: {pay: {time: {TIME}}}}}
journeys: {pay: {per_day: RATE, stops: [bank.pay]}}
"""


def line(counters, time, per_day):
    """A line that never closes: text in, scenario out."""
    text = LINE.replace("COUNTERS", str(counters)).replace("TIME", time)
    return load_text(text.replace("RATE", str(per_day)))

# %% [markdown]
# ## Two counters, exponential services
# Waits explode as the load nears 1, in the formula of Erlang (1917) and in the simulation alike.

# %%
rows = []
for load in (0.5, 0.7, 0.8, 0.9):
    per_day = load * 2 * 24 * 60 / 8
    found = sim.replicate(line(2, "dist: exponential, mean: 8 min", per_day), 20, seed=1, workers=1)
    wait = found.estimate("wait.mean")
    exact = MMc(arrival_rate=per_day / 1440, mean_service=8, counters=2).mean_wait
    rows.append((load, exact, wait.value, wait.low, wait.high))
table = pd.DataFrame(rows, columns=["load", "Erlang C", "simulated", "low", "high"]).set_index("load")
table.round(2)

# %%
figure, ax = plt.subplots(figsize=(6, 3), dpi=80, layout="constrained")
ax.plot(table.index, table["Erlang C"], label="Erlang C")
ax.errorbar(table.index, table["simulated"],
            yerr=[table["simulated"] - table["low"], table["high"] - table["simulated"]],
            fmt="o", capsize=4, label="simulated, 95 %")
ax.set(xlabel="offered load a counter", ylabel="mean wait (min)")
ax.legend()
plt.show()

# %% [markdown]
# ## It is variation that makes people wait
# One counter, the same mean, other spread: the formula of Pollaczek and Khinchine (1930) knows only
# mean and variance. With constant times one waits half as long as with exponential ones.

# %%
spread = {"always 8 min": ("always: 8 min", 0), "sd 4 min": ("mean: 8 min, sd: 4 min", 4), "sd 8 min": ("mean: 8 min, sd: 8 min", 8)}
rows = []
for name, (time, sd) in spread.items():
    exact = MG1(arrival_rate=0.1, mean=8, second=8**2 + sd**2).mean_wait
    wait = sim.replicate(line(1, time, 144), 30, seed=1, workers=1).estimate("wait.mean")
    rows.append((name, exact, wait.value, wait.low, wait.high))
pd.DataFrame(rows, columns=["service", "formula", "simulated", "low", "high"]).set_index("service").round(1)

# %% [markdown]
# ## What the formulas leave out
# A day begins empty and ends: at a load of 1.1 no formula of the steady state has an answer, and
# the mall has one.

# %%
day = load_text("""
name: A day
calendar: {days: mon, hours: 08:00-15:00}
agencies: {bank: {counters: 1, services: {pay: {time: {dist: exponential, mean: 8 min}}}}}
journeys: {pay: {per_day: 58, stops: [bank.pay]}}
""")
sim.replicate(day, 100, seed=1, workers=1).estimate("wait.mean")
