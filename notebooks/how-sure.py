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
# # How sure are we?
# Three experiments: what an interval promises, what replications buy, and what common random
# numbers buy.

# %%
# pip install mppsim[notebook]

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import sim
from sim.statistics.intervals import ratio_interval

folder = next(p for p in (Path("../scenarios"), Path("scenarios")) if p.is_dir())
mall = sim.load(folder / "tutorial.yaml")
many = sim.replicate(mall, 600, seed=1, workers=1)
truth = many.estimate("called_in_time", "agency", "dukcapil")
truth.value, truth.low, truth.high

# %% [markdown]
# ## 1. An interval is right in 95 of 100 studies
# The same study twenty times, of 30 weeks each: how many of the intervals hold the value of all 600
# weeks together? Twenty studies show the idea and prove nothing: `docs/statistics.md` says what was
# measured with many more.

# %%
total, n = many.poolable(many.position("called_in_time", "agency", "dukcapil"))
studies = [ratio_interval(total[k : k + 30], n[k : k + 30], 0.95, True) for k in range(0, 600, 30)]
holds = [s.low <= truth.value <= s.high for s in studies]
sum(holds), len(holds)

# %%
figure, ax = plt.subplots(figsize=(7, 3), dpi=80, layout="constrained")
for k, (s, good) in enumerate(zip(studies, holds)):
    ax.plot([k, k], [100 * s.low, 100 * s.high], color="C0" if good else "C3")
ax.axhline(100 * truth.value, color="black", linewidth=0.8)
ax.set(xlabel="study", ylabel="called in time (%)", title="Twenty studies of thirty weeks")
plt.show()

# %% [markdown]
# ## 2. Four times the replications halve the width

# %%
sizes = [37, 150, 600]
widths = [s.high - s.low for s in (ratio_interval(total[:k], n[:k], 0.95, True) for k in sizes)]
[(k, round(100 * w, 2)) for k, w in zip(sizes, widths)]

# %% [markdown]
# ## 3. The same citizens make differences sharp
# A third counter from the beginning of the day: once with the same citizens in both malls, once with
# others. Both estimate the same difference; one is far surer of it.

# %%
third = sim.load(folder / "tutorial.yaml", overrides={"agencies.dukcapil.counters": "3"})
paired = sim.compare(mall, third, 60, seed=1, workers=1).alternatives[0]
same = paired.difference("called_in_time")
other = sim.replicate(third, 60, seed=2, workers=1)
a, b = (r.estimate("called_in_time") for r in (other, paired.present_before))
error = np.hypot(a.high - a.low, b.high - b.low) / 2
{"same citizens": (round(same.value, 4), round((same.high - same.low) / 2, 4)),
 "other citizens": (round(a.value - b.value, 4), round(float(1.96 * error), 4)),
 "times fewer replications": round(same.variance_reduction, 1)}

# %% [markdown]
# None of this says how wrong the figures in the file may be: for that there is `sim.sensitivity`.
