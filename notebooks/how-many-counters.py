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
# # How many counters?
# Theory gives a first number, simulation the one that keeps the promise on real days.

# %%
# pip install mppsim[notebook]

# %%
from pathlib import Path

import matplotlib.pyplot as plt

import sim
from sim.theory import minimal_counters

folder = next(p for p in (Path("../scenarios"), Path("scenarios")) if p.is_dir())
mall = sim.load(folder / "tutorial.yaml")
mall.agencies["dukcapil"].promise.wait / 60_000_000, mall.agencies["dukcapil"].promise.for_

# %% [markdown]
# ## What the formula says
# 55 citizens in 5.5 open hours, served in 10.3 minutes on average: Erlang's formula for a line that
# never changes its pace.

# %%
service = (30 * 13 + 25 * 7) / 55
minimal_counters(arrival_rate=55 / (5.5 * 60), mean_service=service, wait=20, share=0.9)

# %% [markdown]
# ## What the mall says
# People come in the morning, Mondays are worse, and days differ. The same citizens meet two, three,
# four and five counters.

# %%
sweep = sim.sweep(mall, ["agencies.dukcapil.counters=2,3,4,5"], replications=30, seed=1, workers=1)
shares = [p.results.estimate("called_in_time", "agency", "dukcapil") for p in sweep.points]
[(dict(p.figures), round(s.value, 3), round(s.low, 3), round(s.high, 3)) for p, s in zip(sweep.points, shares)]

# %%
counters = [2, 3, 4, 5]
figure, ax = plt.subplots(figsize=(6, 3), dpi=80, layout="constrained")
ax.errorbar(counters, [100 * s.value for s in shares],
            yerr=[[100 * (s.value - s.low) for s in shares], [100 * (s.high - s.value) for s in shares]],
            marker="o", capsize=4)
ax.axhline(90, color="black", linestyle=":", label="promised")
ax.set(xlabel="counters of Disdukcapil, all day", ylabel="called in time (%)", xticks=counters)
ax.legend()
plt.show()

# %% [markdown]
# ## Hour by hour
# Counters all day are dear: most are needed in the morning only. `sim.staff(mall)`, on the command line
# `mppsim staff FILE`, finds the fewest counter-hours that keep every promise, tries them on days that the
# search has not seen, and says what one counter fewer would cost. It takes a minute.
