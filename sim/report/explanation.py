"""What an explanation says: how long somebody waited, and what each part of it was for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from sim.experiments.explain import CAUSES, Explanation, Wait
from sim.report import locale
from sim.report.titles import titles
from sim.scenario import quantities as q
from sim.words import say


def described(of: Explanation, waits: Iterable[Wait], lang: str) -> str:
    """Return waits as plain text, part by part."""
    lines = [line for wait in waits for line in _wait(of, wait, lang)]
    if not lines:
        lines = [say("study.explain.no_wait", lang)]
    return "\n".join([*lines, _method(of, lang)])


def summed(of: Explanation, waits: Iterable[Wait], lang: str) -> str:
    """Return what all of some waits together were for."""
    total: Counter[str] = Counter()
    number = 0
    for wait in waits:
        total.update(wait.by_cause)
        number += 1
    whole = sum(total.values())
    if not whole:
        return "\n".join([say("study.explain.none", lang), _method(of, lang)])
    parts = [
        say("study.explain.total_part", lang, share=locale.percent(time / whole, lang),
            cause=cause_of(cause, lang))
        for cause, time in total.most_common()
    ]  # fmt: skip
    text = say(
        "study.explain.total", lang, n=locale.people(number, lang),
        time=say("locale.hours", lang, number=locale.short(whole / q.HOUR, lang)),
        parts="; ".join(parts),
    )  # fmt: skip
    return "\n".join([text, _method(of, lang)])


def cause_of(cause: str, lang: str) -> str:
    """Say a cause in words."""
    return say(f"study.explain.cause.{cause}", lang)


def head(of: Explanation, wait: Wait, lang: str) -> str:
    """Say who waited where, and for how long."""
    return say(
        f"study.explain.head{'' if wait.called else '_left'}", lang,
        day=locale.weekday(wait.day, lang), visit=wait.visit,
        service=titles(of.scenario)[wait.service],
        wait=locale.duration(wait.length, lang), begin=locale.clock(wait.begin, lang),
        end=locale.clock(wait.end, lang),
    )  # fmt: skip


def _wait(of: Explanation, wait: Wait, lang: str) -> Iterator[str]:
    yield head(of, wait, lang)
    for cause, time in wait.by_cause.items():
        said = {"time": locale.duration(time, lang), "cause": cause_of(cause, lang)}
        yield "  " + say("study.explain.part", lang, **said)


def _method(of: Explanation, lang: str) -> str:
    causes = "; ".join(cause_of(cause, lang) for cause in CAUSES)
    return say("study.explain.method", lang, n=of.log.replication + 1, causes=causes)


def plain(waits: Iterable[Wait]) -> list[dict[str, Any]]:
    """Return waits as plain data; times in µs since midnight."""
    return [{**asdict(wait), "by_cause": wait.by_cause} for wait in waits]
