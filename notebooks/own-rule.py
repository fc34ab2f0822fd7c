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
# # A calling rule, an arrival process and an engine of your own
# Each is one function. What is yours replaces one step of the flow, and all else stays as it is.

# %%
# pip install mppsim[notebook]

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import sim

folder = next(p for p in (Path("../scenarios"), Path("scenarios")) if p.is_dir())
mall = sim.load(folder / "tutorial.yaml")
workload = sim.sample(mall, seed=1, replication=0)

# %% [markdown]
# ## A calling rule
# Whom does a free counter call? The rule sees who waits, as an officer would on her screen, in the order
# of the hall. Here the shortest service goes first.

# %%
def shortest(calling, waiting):
    """Return the one whose service usually takes least; of equals the first of the hall."""
    return min(waiting, key=lambda w: (w.mean, w.place))


in_turn = sim.simulate(mall, workload)
by_length = sim.simulate(mall, workload, engine="simpy", choose=shortest)


def waits(log):
    """Minutes from ticket to call at Disdukcapil, by service."""
    rows = log.stops.query("agency == 'dukcapil'")
    return ((rows["called"] - rows["ticket"]) / pd.Timedelta("1min")).groupby(rows["service"].astype(str)).mean()


pd.DataFrame({"in turn": waits(in_turn), "shortest first": waits(by_length)}).round(1)

# %% [markdown]
# The compiled engine takes no such rule, and says so. An engine may be any function, so that a
# rule runs in a whole study too.

# %%
try:
    sim.simulate(mall, workload, choose=shortest)
except sim.EngineError as refused:
    print(refused)


def by_shortest(scenario, workload):
    """An engine: the readable one with a rule of ours."""
    return sim.simulate(scenario, workload, engine="simpy", choose=shortest)


study = sim.replicate(mall, 10, seed=1, workers=1, engine=by_shortest)
study.estimate("called_in_time").value, sim.replicate(mall, 10, seed=1, workers=1).estimate("called_in_time").value

# %% [markdown]
# ## An arrival process
# A workload is a table of who comes, when, and what she needs. `transform` changes it before the engine plays: here everybody who comes in the
# first hour comes by the same bus, at nine.

# %%
def by_bus(workload):
    """Let all who are due before nine come at nine; order and needs stay."""
    table = workload.to_frame()
    table["due"] = table["due"].clip(lower=pd.Timedelta("9h"))
    return sim.Workload.from_frame(table, mall, workload.replication)


bus = sim.replicate(mall, 30, seed=1, workers=1, transform=by_bus)
alone = sim.replicate(mall, 30, seed=1, workers=1)
by_hour = {"each alone": alone, "by bus at nine": bus}
figure, ax = plt.subplots(figsize=(6, 3), dpi=80, layout="constrained")
for name, results in by_hour.items():
    rows = results.intervals().query(
        "scope == 'agency' and name == 'dukcapil' and interval != '' and weekday == '' and measure == 'wait.mean'"
    ).dropna(subset=["mean"])
    ax.plot(rows["interval"], rows["mean"], marker="o", label=name)
ax.set(xlabel="hour of the ticket", ylabel="mean wait at Disdukcapil (min)")
ax.legend()
plt.show()

# %% [markdown]
# ## An engine
# Any function (scenario, workload) -> Log. `sim.verify` holds it against days that were played by hand, and names
# each row that differs. One that calls who came last is found out. (The shortest first would not be:
# in those days all services are alike.)

# %%
def latest(calling, waiting):
    """Return the one who came last."""
    return max(waiting, key=lambda w: w.ticket)


def by_latest(scenario, workload):
    """An engine that is unfair."""
    return sim.simulate(scenario, workload, engine="simpy", choose=latest)


proved = sim.verify(by_latest, parts=("traces",))
proved.holds, [proof.name for proof in proved.wrong][:4]
