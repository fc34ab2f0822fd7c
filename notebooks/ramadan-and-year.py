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
# # Ramadan and the year
# Other hours, other demand: a week in Ramadan beside an ordinary one, and the days of a whole year.

# %%
# pip install mppsim[notebook]

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import sim

folder = next(p for p in (Path("../scenarios"), Path("scenarios")) if p.is_dir())
ordinary = sim.load(folder / "lhokseumawe.yaml")
ramadan = sim.load(folder / "lhokseumawe-ramadan.yaml")
[(s.name, s.days[0].opens / 3.6e9, s.days[0].closes / 3.6e9, s.demand.scale) for s in (ordinary, ramadan)]

# %% [markdown]
# ## A week in Ramadan
# Fewer citizens, and fewer minutes in which to serve them. That there are a fifth fewer is assumed in
# the file: nobody has counted.

# %%
weeks = {s.name: sim.replicate(s, 12, seed=1, workers=1) for s in (ordinary, ramadan)}
pd.DataFrame({
    name: {m: round(r.estimate(m).value, 3) for m in ("visits", "fulfilled", "wait.mean", "overtime")}
    for name, r in weeks.items()
})

# %% [markdown]
# ## The year
# A scenario of dates is frozen with its holidays: every open day has its own demand.

# %%
year = sim.load(folder / "lhokseumawe-2025.yaml")
days = pd.DataFrame({"date": pd.to_datetime([d.date for d in year.days]),
                     "factor": [year.day_factor(d) for d in year.days]})
len(days), days["factor"].min(), days["factor"].max()

# %%
figure, ax = plt.subplots(figsize=(7, 3), dpi=80, layout="constrained")
ax.plot(days["date"], days["factor"], ".", markersize=3)
ax.axvspan(pd.Timestamp("2025-03-01"), pd.Timestamp("2025-03-30"), alpha=0.2, label="Ramadan")
ax.axvspan(pd.Timestamp("2025-04-08"), pd.Timestamp("2025-04-25"), alpha=0.2, color="C1", label="after Lebaran")
ax.set(ylabel="demand, an ordinary day is 1", title="Every open day of 2025")
ax.legend()
plt.show()

# %% [markdown]
# ## Two fortnights of it
# A part of the year runs as any scenario does, and is measured by date: a fortnight of Ramadan and the
# fortnight after Lebaran.

# %%
parts = {}
for name, dates in {"Ramadan": "2025-03-03 .. 2025-03-14", "after Lebaran": "2025-04-14 .. 2025-04-25"}.items():
    part = sim.load(folder / "lhokseumawe-2025.yaml", overrides={"calendar.only": dates})
    parts[name] = sim.replicate(part, 4, seed=1, workers=1)
{name: (round(r.estimate("visits").value, 1), round(r.estimate("fulfilled").value, 3)) for name, r in parts.items()}

# %% [markdown]
# On the command line: `mppsim run scenarios/lhokseumawe-2025.yaml --days 2025-03-01..2025-03-31`; the page
# shows the year as a calendar.
