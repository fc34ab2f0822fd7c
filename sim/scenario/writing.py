"""A scenario as YAML again: resolved, complete, in one file.

What was extended and laid over is merged, defaults are written out, units are canonical. The
text loads again to an equal scenario.
"""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

from sim.scenario import quantities as q
from sim.scenario.calendar import Frozen
from sim.scenario.document import parse
from sim.scenario.model import Scenario, Staffing
from sim.scenario.numbers import ALONE
from sim.scenario.tickets import AFTER_MISSED, Call
from sim.scenario.tree import plain

_OF_DAYS = (
    "days", "hours", "breaks", "doors", "last_ticket", "at_close", "day_end", "holidays", "seasons",
    "special",
)  # fmt: skip


def show(scenario: Scenario) -> str:
    """Return the resolved form of a scenario as YAML text."""
    data = scenario.model_dump(by_alias=True, exclude_none=True)
    calendar = data["calendar"]
    if scenario.calendar.continuous is not None:  # a hall that never closes has no days
        calendar = {key: value for key, value in calendar.items() if key not in _OF_DAYS}
    for of in calendar.get("special", {}).values():
        closed = of.pop("closed") == "true"
        if closed:  # then nothing else is said of it
            of.clear()
            of["closed"] = "true"
    if calendar.get("holidays"):
        calendar["holidays"] = Lines(calendar["holidays"])
    data["calendar"] = _told(calendar)
    for part in (data["demand"], *data["journeys"].values()):
        if "come_back" in part:
            part["come_back"] = {k: v for k, v in part["come_back"].items() if v != "0 %"}
    for key, surge in scenario.demand.surges.items():
        data["demand"]["surges"][key] = _changed(surge, data["demand"]["surges"][key])
    if not scenario.demand.growth:
        data["demand"].pop("growth")
    _without_what_is_off(scenario, data)
    for part in ("demand", *(("hall",) if data["hall"] else ())):
        data[part] = _told(data[part])
    for part in ("agencies", "journeys", "visitors"):
        data[part] = {key: _told(value) for key, value in data[part].items()}
    for name, agency in data["agencies"].items():
        counters = scenario.agencies[name].counters
        if isinstance(counters, Staffing):  # a table of one time is not the same as a number
            table = {q.clock(time): number for time, number in counters.table}
            agency["counters"] = counters.most if list(table) == ["00:00"] else table
        agency["services"] = {key: _told(value) for key, value in agency["services"].items()}
    return yaml_text(_told(data))


def yaml_text(data: dict[str, Any]) -> str:
    """Return plain data as YAML that a planner reads; the innermost parts stand on one line."""
    stream = io.StringIO()
    _writer().dump(data, stream)
    return stream.getvalue()


def resolved(scenario: Scenario) -> dict[str, Any]:
    """Return the resolved form as plain data, ready for JSON: `show` with plain numbers as such.

    Quantities stay as they are written, `9 min` or `12 %`; so does the order of the keys.
    """
    root, _ = parse(show(scenario), scenario.name)
    assert root is not None, "what is shown can be read"
    found: dict[str, Any] = _numbers_as_such(plain(root))
    return found


def _numbers_as_such(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _numbers_as_such(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_numbers_as_such(value) for value in data]
    if re.fullmatch(r"-?\d+", data):
        return int(data)
    if re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", data):
        return float(data)
    return {"true": True, "false": False}.get(data, data)


def _without_what_is_off(scenario: Scenario, data: dict[str, Any]) -> None:
    """Take out what each rule of the hall is when it is off: nobody has to read it to know that.

    So a scenario that uses none of them is shown, and named by its fingerprint, as if there were
    none of them.
    """
    if scenario.tickets == "one_by_one":
        del data["tickets"]
    if scenario.hall.outage is not None:
        data["hall"]["outage"] = _changed(scenario.hall.outage, data["hall"]["outage"])
    for key in ("when_full", "standing_patience"):
        if getattr(scenario.hall, key) == type(scenario.hall).model_fields[key].default:
            del data["hall"][key]
    for name, visitors in scenario.visitors.items():
        for key in ("people", "documents"):
            if getattr(visitors, key) == ALONE:
                del data["visitors"][name][key]
    for name, of in scenario.agencies.items():
        agency = data["agencies"][name]
        for key in ("order", "absence", "away", "told_at", "at_break", "day_to_day"):
            if getattr(of, key) == type(of).model_fields[key].default:
                del agency[key]
        agency["call"] = _called(of.call, agency["call"])
        for key, service in of.services.items():
            for cost in ("set_up", "wrap_up", "back_office"):
                if not getattr(service, cost):
                    del agency["services"][key][cost]
            for part in ("incomplete", "park"):
                cut = getattr(service, part)
                if cut is not None:
                    shown = agency["services"][key]
                    shown[part] = _changed(cut, shown[part])
        if of.outage is not None:
            agency["outage"] = _changed(of.outage, agency["outage"])
    for name, journey in scenario.journeys.items():
        if not journey.day_to_day:
            del data["journeys"][name]["day_to_day"]
        if journey.booking is not None:
            shown = _changed(journey.booking, data["journeys"][name]["booking"])
            data["journeys"][name]["booking"] = shown
        if journey.online_number is not None:
            shown = data["journeys"][name]["online_number"]
            given = _changed(journey.online_number, shown)
            data["journeys"][name]["online_number"] = given or {"share": shown["share"]}


def _called(of: Call, shown: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown of how tickets are called; what follows a miss needs their share."""
    called = _changed(of, shown)
    if not of.missed and any(key in called for key in AFTER_MISSED):
        called["missed"] = "0 %"
    return called


def _changed(of: Frozen, shown: dict[str, Any]) -> dict[str, Any]:
    """Return what is shown of a part without the keys that are as if nobody had given them."""
    fields = {field.alias or key: (key, field) for key, field in type(of).model_fields.items()}
    kept = {key for key, (name, field) in fields.items() if getattr(of, name) != field.default}
    return {key: value for key, value in shown.items() if key in kept}


def fingerprint(scenario: Scenario) -> str:
    """Return the SHA-256 of the resolved form: equal for files that mean the same."""
    return hashlib.sha256(show(scenario).encode()).hexdigest()


def _told(data: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping without the keys that say nothing: an empty name, no breaks."""
    return {key: value for key, value in data.items() if value not in (None, "", {})}


class Lines(dict[str, Any]):
    """A mapping of which each key stands on a line of its own."""


def _writer() -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.representer import SafeRepresenter

    class Representer(SafeRepresenter):
        """Writes every scalar as the plain text that a planner would write, null excepted."""

        def plain(self, value: object) -> Any:
            text = repr(value).removesuffix(".0") if isinstance(value, float) else str(value)
            tag = str(self.dumper.resolver.resolve(ScalarNode, text, (True, False)))
            if tag.endswith((":null", ":merge", ":yaml")):  # the last: a lone `*` or `&`
                tag = "tag:yaml.org,2002:str"
            return self.represent_scalar(tag, text)

        def lines(self, value: Lines) -> Any:
            return self.represent_mapping("tag:yaml.org,2002:map", value, flow_style=False)

    Representer.add_representer(Lines, Representer.lines)
    for kind in (str, float, int):
        Representer.add_representer(kind, Representer.plain)
    yaml: Any = YAML(typ="safe", pure=True)
    yaml.Representer = Representer
    yaml.default_flow_style = None  # the innermost mappings and lists stand on one line
    yaml.allow_unicode = True
    yaml.width = 100
    yaml.sort_base_mapping_type_on_output = False  # the order of the file
    return yaml
