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
# # An agency joins
# May it join, what breaks, and what would mend it? The same citizens are played through the mall as
# it is and as it would be.

# %%
# pip install mppsim[notebook]

# %%
from pathlib import Path

import matplotlib.pyplot as plt

import sim

folder = next(p for p in (Path("../scenarios"), Path("scenarios")) if p.is_dir())
today = sim.load(folder / "lhokseumawe.yaml")
today

# %% [markdown]
# ## The newcomer
# A file that names its base holds only what it adds; another
# adds a second bank counter to it.

# %%
joined = sim.load(folder / "join" / "imigrasi.yaml")
mended = sim.load(folder / "join" / "imigrasi-with-bank.yaml")
sorted(set(joined.agencies) - set(today.agencies)), len(joined.counters) - len(today.counters)

# %% [markdown]
# ## The answer
# Each condition of the scenario's `decision` is kept, broken, or cannot be told. Twelve weeks are few,
# so that this page runs quickly: take 100 for a real decision.

# %%
comparison = sim.compare(today, joined, replications=12, repairs=[mended], seed=1, workers=1)
alternative = comparison.alternatives[0]
alternative.as_planned, alternative.verdict

# %%
[(c.kind, c.name, c.state, c.blamed) for c in alternative.conditions if c.state != "kept"]

# %% [markdown]
# ## Whom it costs what
# The difference of each agency that is there already, with its interval. Both malls met the same
# citizens: what both have in common cancels.

# %%
from sim.statistics.change import difference

names = [name for name, of in today.agencies.items() if of.machines is None]
change = {
    name: difference(alternative.results, comparison.base, "called_in_time", "agency", name)
    for name in names
}
figure, ax = plt.subplots(figsize=(6, 3), dpi=80, layout="constrained")
for row, (name, d) in enumerate(change.items()):
    ax.plot([100 * d.low, 100 * d.high], [row, row], color="C0")
    ax.plot(100 * d.value, row, "o", color="C0")
ax.axvline(0, color="black", linewidth=0.8)
ax.set_yticks(range(len(names)), [today.agencies[n].name or n for n in names])
ax.set_xlabel("called in time, percentage points more (to the right) or fewer")
ax.set_title("What the newcomer does to those who are there")
plt.show()

# %% [markdown]
# On the command line: `mppsim compare BASE JOIN --repair REPAIR`, with a page to hand on.
