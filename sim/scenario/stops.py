"""The stops of a journey: one service, or several of which the citizen makes one, all, or again.

stops: [kiosk.ticket, {bank.bayar: 40 %}, {choose: {a.x: 60 %, b.y: 40 %}},
{choose: [a.x, b.y], by: shortest_line}, {any_order: [c.x, d.x]},
{repeat: [e.x], share: 20 %, at_most: 3}]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from sim.scenario import quantities as q
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.fields import Frozen
from sim.scenario.gathering import Gathering

MOST_ROUNDS = 10
BY = ("weights", "not_visited", "shortest_line")


class _Step(Frozen):
    """What a citizen does next: one stop, or several."""

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops of one round."""
        raise NotImplementedError

    @property
    def rounds(self) -> float:
        """How often it is made on average."""
        return 1.0

    @property
    def places(self) -> int:
        """How many stops of a journey are numbered for it."""
        return len(self.stops)


class Stop(_Step):
    """One service within a visit; an optional one is taken by a share of the citizens."""

    service: str
    share: q.Share = 1.0

    @property
    def agency(self) -> str:
        """The agency of the stop."""
        return self.service.partition(".")[0]

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stop itself, as any step has its stops."""
        return (self,)


def _read_stop(raw: object) -> Stop:
    share: object = "1"
    if isinstance(raw, dict):
        if len(raw) != 1:
            refuse(Finding("stop", {"value": ", ".join(map(str, raw)) or "nothing"}))
        raw, share = next(iter(raw.items()))
    name = q.text_of(raw, "stop")
    first, dot, last = name.partition(".")
    if not (first and dot and last) or "." in last:
        refuse(Finding("stop", {"value": name, "near": nearest(name, tuple(_GROUPS))}))
    gathering = Gathering()
    found = gathering.read((name,), q.read_share, share)
    gathering.refuse_any()
    return Stop(service=name, share=0.0 if found is None else found)


def _read_several(raw: object) -> tuple[Stop, ...]:
    items = raw if isinstance(raw, list) else [raw]
    gathering = Gathering()
    found = []
    for number, item in enumerate(items):
        path = (number,) if isinstance(raw, list) else ()
        if isinstance(item, dict) and any(key in _GROUPS for key in item):
            gathering.add("stop_nested", *path, value=next(iter(item)))
            continue
        stop = gathering.read(path, _read_stop, item)
        if stop is not None:
            found.append(stop)
    if isinstance(raw, list) and not raw:
        gathering.add("stop", value="nothing")
    gathering.refuse_any()
    return tuple(found)


def _read_options(raw: object) -> tuple[Stop, ...]:
    """Read `{a.x: 60 %, b.y: 40 %}`, or a list without shares: each is as likely as the others."""
    if not isinstance(raw, dict):
        stops = _read_several(raw)
        return tuple(Stop(service=stop.service, share=1 / len(stops)) for stop in stops)
    gathering = Gathering()
    read = [gathering.read((), _read_stop, {key: share}) for key, share in raw.items()]
    shares = [stop.share for stop in read if stop is not None]
    if not gathering.found and abs(math.fsum(shares) - 1) > 1e-9:
        gathering.add("dist_shares", value=f"{100 * math.fsum(shares):.10g} %")
    gathering.refuse_any()
    return tuple(stop for stop in read if stop is not None)


def _write_several(stops: tuple[Stop, ...]) -> list[Any]:
    return [s.service if s.share == 1 else {s.service: q.share(s.share)} for s in stops]


Several = Annotated[
    tuple[Stop, ...],
    BeforeValidator(lambda raw: raw if isinstance(raw, tuple) else _read_several(raw)),
    PlainSerializer(_write_several),
    WithJsonSchema({"type": ["array", "string"]}),
]
Options = Annotated[
    tuple[Stop, ...],
    BeforeValidator(lambda raw: raw if isinstance(raw, tuple) else _read_options(raw)),
    WithJsonSchema({"type": ["array", "object"]}),
]


class Choice(_Step):
    """One of several stops.

    choose : the stops, with the share of the citizens who take each where that is left to chance
    by : weights; not_visited, any at which she has not been; or shortest_line, where the fewest
        people wait or are served when she leaves the stop before
    """

    choose: Options
    by: Literal["weights", "not_visited", "shortest_line"] = "weights"

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops of which she makes one."""
        return self.choose


class AnyOrder(_Step):
    """Several stops in whatever order: next is always the shortest line."""

    any_order: Several

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops, all of which she makes."""
        return self.any_order


class Repeat(_Step):
    """Stops that some of the citizens make once more, at most so often in all."""

    repeat: Several
    share: q.Share
    at_most: q.Count

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The stops of one round."""
        return self.repeat

    @property
    def rounds(self) -> float:
        """How often a step is made on average."""
        return math.fsum(self.share**k for k in range(self.at_most))

    @property
    def places(self) -> int:
        """How many stops of a journey are numbered for it."""
        return len(self.repeat) * self.at_most


Step = Stop | Choice | AnyOrder | Repeat
_GROUPS: dict[str, tuple[type[Choice] | type[AnyOrder] | type[Repeat], tuple[str, ...]]] = {
    "choose": (Choice, ("by",)),
    "any_order": (AnyOrder, ()),
    "repeat": (Repeat, ("share", "at_most")),
}
"""By the key that tells what is meant: the model, and its other keys."""


def _read_group(raw: dict[str, Any]) -> Step:
    kind = next(key for key in _GROUPS if key in raw)
    model, others = _GROUPS[kind]
    gathering = Gathering()
    for key in raw:
        if key not in (kind, *others):
            shown = {"value": key, "near": nearest(str(key), others)}
            gathering.add("unknown_key", key, at_key=True, **shown)
    reader = _read_options if kind == "choose" else _read_several
    stops = gathering.read((kind,), reader, raw[kind])
    if stops is not None and len(stops) < 2 and kind != "repeat":
        gathering.add("stop_alone", kind, value=stops[0].service if stops else "nothing")
    read = {kind: stops, **_read_others(kind, raw, gathering)}
    gathering.refuse_any()
    return model(**read)


def _read_others(kind: str, raw: dict[str, Any], gathering: Gathering) -> dict[str, Any]:
    """Read how is chosen, or how often is repeated."""
    if kind == "choose":
        by = gathering.read(("by",), _read_by, raw.get("by", "weights"))
        if by == "weights" and not isinstance(raw[kind], dict):
            gathering.add("choose_weights", kind)
        elif by != "weights" and by is not None and isinstance(raw[kind], dict):
            gathering.add("choose_shares", kind, value=by)
        return {"by": by}
    if kind == "any_order":
        return {}
    for key in ("share", "at_most"):
        if key not in raw:
            gathering.add("repeat_limit", value=key)
    share = gathering.read(("share",), q.read_share, raw.get("share", "0"))
    most = gathering.read(("at_most",), q.read_count, raw.get("at_most", "2"))
    if most is not None and not 2 <= most <= MOST_ROUNDS:
        gathering.add("repeat_rounds", "at_most", value=most, limit=MOST_ROUNDS)
    return {"share": share, "at_most": most}


def _read_by(raw: object) -> str:
    text = q.text_of(raw, "choose_by")
    if text not in BY:
        refuse(Finding("choose_by", {"value": text, "near": nearest(text, BY)}))
    return text


def _read_step(raw: object) -> Step:
    group = isinstance(raw, dict) and any(key in _GROUPS for key in raw)
    return _read_group(raw) if group and isinstance(raw, dict) else _read_stop(raw)


def _read_steps(raw: object) -> tuple[Step, ...]:
    if isinstance(raw, str) and raw.strip().lower() == "none":
        return ()
    gathering = Gathering()
    reader: Callable[..., Step] = _read_step
    if not isinstance(raw, list):
        step = gathering.read((), reader, raw)
        steps = [step]
    else:
        steps = [gathering.read((number,), reader, item) for number, item in enumerate(raw)]
    gathering.refuse_any()
    return tuple(step for step in steps if step is not None)


def _write_step(step: Step) -> Any:
    if isinstance(step, Choice):
        if step.by == "weights":
            return {"choose": {stop.service: q.share(stop.share) for stop in step.choose}}
        return {"choose": [stop.service for stop in step.choose], "by": step.by}
    if isinstance(step, AnyOrder):
        return {"any_order": _write_several(step.any_order)}
    if isinstance(step, Repeat):
        return {
            "repeat": _write_several(step.repeat),
            "share": q.share(step.share),
            "at_most": step.at_most,
        }
    return _write_several((step,))[0]


def _write_steps(steps: tuple[Step, ...] | None) -> Any:
    if steps is None:
        return None
    return [_write_step(step) for step in steps] if steps else "none"


Stops = Annotated[
    tuple[Step, ...],
    BeforeValidator(_read_steps),
    PlainSerializer(_write_steps),
    WithJsonSchema({"type": ["array", "string"]}),
]
