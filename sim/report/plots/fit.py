"""Pictures of a fit: arrivals over the day, service times beside their laws, patience."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.fitting.fit import Fitted
from sim.fitting.services import ServiceTime
from sim.report import locale
from sim.report.fitted import service_name
from sim.report.plots.saving import to_svg
from sim.report.style import BAD, DATA, MUTED, clipped, finish, new_figure, style
from sim.scenario import quantities as q
from sim.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 6
"""So many services are shown, those with the most times."""
_SHOWN_TIMES = 2000


def pictures(found: Fitted, lang: str) -> dict[str, str]:
    """Return all pictures of a fit as SVG by name, those that there is something to show of."""
    drawn: dict[str, Figure] = {}
    with style():
        drawn["profile"] = profile(found, lang)
        measured = [s for s, one in enumerate(found.services) if one.times is not None]
        measured = [s for s in measured if found.services[s].basis != "borrowed"]
        measured.sort(key=lambda s: -found.services[s].n)
        if measured:
            drawn["services"] = services(found, measured[:MOST], lang)
        if found.patience is not None and len(found.patience.curve.times):
            drawn["patience"] = patience(found, lang)
        return {name: to_svg(figure, f"fit-{name}") for name, figure in drawn.items()}


def profile(found: Fitted, lang: str) -> Figure:
    """Draw the share of the day's arrivals by half hour, each with its interval."""
    figure, (ax,) = new_figure(lang, 2.3)
    a = found.arrivals
    hours = a.slots / q.HOUR + 0.25
    value = np.array([one.value for one in a.profile]) * 100
    spread = np.array([[one.value - one.low, one.high - one.value] for one in a.profile]).T * 100
    ax.bar(hours, value, width=0.46, color=DATA, alpha=0.8)
    if np.isfinite(spread).all():
        ax.errorbar(hours, value, yerr=np.maximum(spread, 0), color=MUTED, linestyle="none",
                    elinewidth=1)  # fmt: skip
    ax.set_xticks(range(int(hours[0]), int(hours[-1]) + 2))
    ax.xaxis.set_major_formatter(lambda x, _: locale.clock(round(x) * q.HOUR, lang))
    ax.tick_params(axis="x", rotation=45)
    ax.set_ylabel(say("fit.plot.share", lang))
    ax.grid(axis="y")
    return finish(figure, say("fit.plot.profile", lang), say("fit.plot.profile_note", lang))


def services(found: Fitted, which: list[int], lang: str) -> Figure:
    """Draw density and quantiles of the busiest services beside the law that was fitted."""
    figure, axes = new_figure(lang, 1.9 * len(which), len(which), 2)
    for k, s in enumerate(which):
        _density(axes[2 * k], found.services[s], service_name(s, found), lang)
        _quantiles(axes[2 * k + 1], found.services[s], lang)
    return finish(figure, say("fit.plot.services", lang), say("fit.plot.services_note", lang))


def _density(ax: Axes, one: ServiceTime, name: str, lang: str) -> None:
    assert one.times is not None
    top = float(np.quantile(one.times, 0.99)) + one.step
    width = top / 25
    if one.step:  # bars that hold unequal numbers of steps would look like a comb
        width = one.step * max(1, round(width / one.step))
    edges = np.arange(0, top + width, width)
    ax.hist(one.times, bins=edges.tolist(), density=True, color=DATA, alpha=0.5)
    x = np.linspace(width / 50, top, 200)
    if not one.values:
        ax.plot(x, np.exp(one.law.log_density(x)), color=BAD)
    ax.set_title(clipped(name, 170), loc="left")
    ax.set_yticks([])
    ax.set_xlabel(say("plots.minutes", lang))


def _quantiles(ax: Axes, one: ServiceTime, lang: str) -> None:
    assert one.times is not None
    n = min(len(one.times), 200)
    ranks = (np.arange(n) + 0.5) / n
    seen, law = np.quantile(one.times, ranks), one.law.quantile(ranks)
    ax.plot(law, seen, linestyle="none", marker="o", markersize=2.5, color=DATA)
    top = float(max(seen[-1], law[-1]))
    ax.plot([0, top], [0, top], color=MUTED, linewidth=1)
    ax.set_xlabel(say("fit.plot.law", lang))
    ax.set_ylabel(say("fit.plot.seen", lang))


def patience(found: Fitted, lang: str) -> Figure:
    """Draw the share that is still ready to wait, and the law fitted to it."""
    assert found.patience is not None
    figure, (ax,) = new_figure(lang, 2.2)
    curve = found.patience.curve
    ax.step(np.append(0, curve.times), 100 * np.append(1, curve.share), where="post", color=DATA)
    if found.patience.fit is not None:
        x = np.linspace(0.01, float(curve.times[-1]), 200)
        ax.plot(x, 100 * (1 - found.patience.fit.law.cdf(x)), color=BAD)
    ax.set_ylim(0, 102)
    ax.set_xlabel(say("plots.minutes", lang))
    ax.set_ylabel(say("fit.plot.ready", lang))
    ax.grid(axis="y")
    return finish(figure, say("fit.plot.patience", lang), say("fit.plot.patience_note", lang))
