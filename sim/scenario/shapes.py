"""How each kind of value is written: as JSON Schema, and by the key of its words.

Editors read YAML before they look at the schema, and not alike: `0.12` is a number, `08.30` the
number 8.3, and by YAML 1.1 `08:30` is the number 510 (sexagesimal). So most kinds allow a number
beside the text. A schema may be laxer than the readers of `quantities.py`, never stricter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from sim.scenario import agency as a
from sim.scenario import at_break as b
from sim.scenario import calendar as c
from sim.scenario import clock_tables as k
from sim.scenario import dates as t
from sim.scenario import demand_factors as d
from sim.scenario import fields as f
from sim.scenario import holidays as h
from sim.scenario import journey as j
from sim.scenario import law_fields as v
from sim.scenario import noted as m
from sim.scenario import outage as o
from sim.scenario import patterns as p
from sim.scenario import quantities as q
from sim.scenario import said as x
from sim.scenario import seasons as n
from sim.scenario import shifts as i
from sim.scenario import stops as u
from sim.scenario import tickets as e
from sim.scenario import weekdays as w
from sim.scenario.journey import FAILURES
from sim.scenario.keys import Key, is_model

Schema = dict[str, Any]
"""A part of a JSON Schema. The value of `errorMessage` is the kind whose words it will say."""


@dataclass(frozen=True)
class Shape:
    """How a kind of value is written.

    kind : the key of its words, `schema.kind.<kind>`; form : the same as JSON Schema
    each : the shape of its parts, where its words speak of them
    """

    kind: str
    form: Schema
    each: Shape | None = None


def _either(kind: str, *forms: Schema, each: Shape | None = None) -> Shape:
    """Return what may be of several types, such as a text or a mapping, as one schema.

    Each word of a schema speaks of one type only, so that forms of different types join without
    `anyOf`, of whose branches an editor cannot tell which one is meant.
    """
    words: Schema = {word: value for form in forms for word, value in form.items()}
    types = dict.fromkeys(name for form in forms for name in _types(form))
    return Shape(kind, {**words, "type": list(types), "errorMessage": kind}, each)


def _types(form: Schema) -> list[str]:
    found = form["type"]
    return found if isinstance(found, list) else [found]


def table(kind: str, pattern: str, value: Schema, least: int = 0) -> Schema:
    """Return the schema of a mapping whose keys follow a pattern."""
    form: Schema = {"type": "object", "patternProperties": {pattern: value}}
    form |= {"additionalProperties": False, "errorMessage": kind}
    return form | ({"minProperties": least} if least else {})


def several(kind: str, item: Schema, least: int = 0) -> Schema:
    """Return the schema of a list."""
    form: Schema = {"type": "array", "items": item, "errorMessage": kind}
    return form | ({"minItems": least} if least else {})


def by_weekday(shape: Shape) -> Shape:
    """Return a shape that holds for all days, or has one of its kind for each of some days."""
    form = SCALARS.get(shape.kind, shape.form)
    days = table("by_weekday_only", f"^{p.WEEKDAYS}$", shape.form)
    return Shape(
        "by_weekday", {**_either("by_weekday", form, days).form, "errorMessage": shape.kind}, shape
    )


def named(kind: str, value: Schema, least: int = 0) -> Shape:
    """Return a mapping from names to something."""
    return Shape(kind, table("name", rf"^\s*{p.NAME}\s*$", value, least))


def _by_path(kind: str, value: Schema) -> Shape:
    return Shape(kind, {"type": "object", "additionalProperties": value})


def _text(kind: str, pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^{pattern}$", "errorMessage": kind}


def _text_or_number(kind: str, pattern: str, **bounds: float) -> Schema:
    return {**_text(kind, pattern), "type": ["string", "number"], **bounds}


def _text_or_zero(kind: str, pattern: str) -> Schema:
    """Return a text with a unit; the one number that needs none is 0."""
    zero = {"const": 0, "errorMessage": kind}
    return {**_text_or_number(kind, pattern), "if": {"type": "number"}, "then": zero}


def _text_or_integer(kind: str, pattern: str, **bounds: float) -> Schema:
    return {**_text(kind, pattern), "type": ["string", "integer"], **bounds}


SCALARS: dict[str, Schema] = {
    "text": {"type": ["string", "number", "boolean"], "errorMessage": "text"},
    "file": {"type": "string", "minLength": 1, "errorMessage": "file"},
    "duration": _text_or_zero("duration", p.DURATION),
    "span": _text_or_zero("span", p.SPAN),
    "clock": _text_or_number("clock", p.CLOCK, minimum=0, maximum=1440),
    "interval": _text("interval", p.INTERVAL),
    "share": _text_or_number("share", p.SHARE, minimum=0, maximum=1),
    "ratio": _text_or_number("ratio", rf"{p.NOT_BELOW_0}(\s*%)?", minimum=0),
    "number": _text_or_number("number", rf"{p.SIGN}{p.NUMBER}"),
    "positive": _text_or_number("positive", rf"{p.PLUS}{p.NUMBER}", exclusiveMinimum=0),
    "weight": _text_or_number("weight", p.NOT_BELOW_0, minimum=0),
    "integer": _text_or_integer("integer", rf"{p.SIGN}{p.NUMBER}"),
    "count": _text_or_integer("count", p.NOT_BELOW_0, minimum=0, maximum=1_000_000),
    "days": _text("weekdays", p.WEEKDAYS),
    "date": _text("date", p.DATE),
    "dates": _text("dates", p.DATES),
    "yes": {**_text("yes", p.YES), "type": ["string", "boolean"]},
    "growth": _text("growth", r"[+-]?.*%\s*(a|per|each)\s+year"),
    "rate": _text("rate", rf"{p.NOT_BELOW_0}(\s+(times|kali))?\s+(per|a|an|se|tiap)\s+[a-z]+"),
    "service": _text("service", p.STOP),
    "quantity": _text_or_number("quantity", p.QUANTITY),
    "expectation": _text("expectation", rf"[<>]=\s*{p.QUANTITY}"),
    "range": _text("range", rf"{p.QUANTITY}\s*\.\.\s*{p.QUANTITY}"),
}
"""The kinds of single values. Each is a definition of the schema, by its name here."""


def reference(name: str) -> Schema:
    """Return a reference to a definition of the schema."""
    return {"$ref": f"#/definitions/{name}"}


def _scalar(kind: str, definition: str = "") -> Shape:
    return Shape(kind, reference(definition or kind))


TEXT, FILE, CLOCK = map(_scalar, ("text", "file", "clock"))
TOLD = _either("told", SCALARS["text"], table("told", "^(id|en)$", TEXT.form, 1))
DURATION, SPAN = (Shape(kind, SCALARS[kind]) for kind in ("duration", "span"))
"""Written out at each key: an editor gives an `if` that keys share the title of one of them."""
SHARE, RATIO, NUMBER, POSITIVE = map(_scalar, ("share", "ratio", "number", "positive"))
WEIGHT, INTEGER, COUNT, INTERVAL = map(_scalar, ("weight", "integer", "count", "interval"))
QUANTITY, RANGE, SERVICE, RATE = map(_scalar, ("quantity", "range", "service", "rate"))
EXPECTATION = _scalar("expectation")
INTERVALS = _either(
    "intervals",
    _text("intervals", rf"({p.INTERVAL}|{p.NONE})"),
    several("intervals", INTERVAL.form),
)
YES, GROWTH = map(_scalar, ("yes", "growth"))
DATES = _either("dates", SCALARS["dates"], several("dates", reference("dates"), 1))
_DAY_OR_DATES = _text("days", rf"({p.WEEKDAYS}|{p.DATES})")
DAYS = _either("days", _DAY_OR_DATES, several("days", _DAY_OR_DATES, 1))
HOLIDAYS = _either(
    "holidays",
    SCALARS["dates"],
    several("holidays", reference("dates"), 1),
    {
        "type": "object",
        "properties": {"country": TEXT.form, "region": TEXT.form, "joint_leave": YES.form},
        "patternProperties": {f"^{p.DATE}$": TEXT.form},
        "additionalProperties": False,
    },
)
SPECIAL = Shape("by_date", table("by_date", f"^{p.DATE}$", reference("Special")))
MONTH_FACTORS = Shape("months", table("months", f"^{p.MONTHS}$", WEIGHT.form, 1))
DAY_FACTORS = Shape("days_of_month", table("days_of_month", f"^{p.DAYS_OF_MONTH}$", WEIGHT.form, 1))
DAY_PROFILE = Shape("day_profile", table("day_profile", p.CLOCK_KEY, WEIGHT.form, 1))
WEEKDAYS = _either("weekdays", SCALARS["days"], several("weekdays", reference("days")))
_STOP_WITH_SHARE = table("stop", f"^{p.STOP}$", SHARE.form, 1) | {"maxProperties": 1}
STOP = _either("stop", SCALARS["service"], _STOP_WITH_SHARE)
_GROUPS = ("Choice", "AnyOrder", "Repeat")
_STEP: Schema = {"anyOf": [STOP.form, *map(reference, _GROUPS)]}
_KEYS = ("choose", "by", "any_order", "repeat", "share", "at_most")
_ONE_STEP = {**table("stop", f"^{p.STOP}$", SHARE.form, 1), "properties": {k: {} for k in _KEYS}}
_SEVERAL = several("several_stops", STOP.form, 1)
SEVERAL_STOPS = _either("several_stops", SCALARS["service"], _SEVERAL, _STOP_WITH_SHARE)
_WEIGHED = table("choose", f"^{p.STOP}$", SHARE.form, 2)
CHOOSE = _either("choose", several("choose", SCALARS["service"], 2), _WEIGHED)
_AFTER = table("days_after", r"^\s*[0-9]+\s*$", SHARE.form, 1)
DAYS_AFTER = _either("days_after", SCALARS["count"], _AFTER)
NUMBERS = _either("numbers", SCALARS["count"], table("numbers", r"^\s*[0-9]+\s*$", SHARE.form, 1))
NEEDS = Shape(
    "needs",
    table(
        "needs",
        f"^{p.STOP}$",
        _either("needs", SCALARS["service"], several("needs", SCALARS["service"], 1)).form,
        1,
    ),
)
STOPS = _either(
    "stops",
    _text("stops", rf"({p.STOP}|{p.NONE})"),
    several("stops", _STEP),
    _ONE_STEP,
)
_WEIGHTS = table("profile", p.CLOCK_KEY, WEIGHT.form, 1)
PROFILE = Shape(
    "profile",
    {
        **_WEIGHTS,
        "patternProperties": {p.CLOCK_KEY: WEIGHT.form, f"^{p.WEEKDAYS}$": _WEIGHTS},
    },
)
COUNTERS = _either(
    "counters",
    SCALARS["count"],
    {
        **table("counters", f"^{p.CLOCK}$", COUNT.form, 1),
        "additionalProperties": reference("Counter"),
    },
)
COUNTERS.form["patternProperties"][f"^{p.BARE}$"] = {  # a clock time, or a counter called 1
    "anyOf": [COUNT.form, reference("Counter")]
}
SERVES = _either(
    "serves",
    SCALARS["text"],
    several("serves", _either("serves", SCALARS["text"], several("serves", TEXT.form)).form),
)
CLASSES = _either("classes", SCALARS["text"], several("classes", TEXT.form, 1))
_RELEASES = _either("quota", SCALARS["count"], table("quota", p.CLOCK_KEY, COUNT.form, 1)).form
QUOTA = _either(
    "quota",
    SCALARS["count"],
    {
        "type": "object",
        "patternProperties": {p.CLOCK_KEY: COUNT.form, rf"^\s*{p.NAME}\s*$": _RELEASES},
        "additionalProperties": False,
        "minProperties": 1,
    },
)
BALKING = Shape(
    "balking", table("balking", rf"^(\+?{p.NUMBER}|\+?{p.UNSIGNED}\s*{p.UNIT})$", SHARE.form, 1)
)
ORDER = _either(
    "order",
    _text("order", "(priority|first_come|longest_wait)"),
    {
        "type": "object",
        "properties": {"booked": COUNT.form, "walk_in": COUNT.form},
        "additionalProperties": False,
        "required": ["booked", "walk_in"],
    },
)
_SHARES_OF_BREAKS = table("shift_breaks", f"^{p.INTERVAL}$", SHARE.form, 1)
_DAY_BREAKS = _either(
    "shift_breaks", _text("intervals", rf"({p.INTERVAL}|{p.NONE})"),
    several("intervals", INTERVAL.form), _SHARES_OF_BREAKS,
)  # fmt: skip
BY_HOUR = Shape("by_hour", table("by_hour", p.CLOCK_KEY, POSITIVE.form, 1))
SHIFT_BREAKS = Shape(
    "shift_breaks",
    {
        **_DAY_BREAKS.form,
        "patternProperties": {
            **_DAY_BREAKS.form["patternProperties"], f"^{p.WEEKDAYS}$": _DAY_BREAKS.form,
        },
    },
)  # fmt: skip
AT_BREAK = _either(
    "at_break",
    _text("at_break", "(finish|pause)"),
    {
        "type": "object",
        "properties": {b.LONGER: DURATION.form},
        "additionalProperties": False,
        "required": [b.LONGER],
    },
)
_FAILURE = f"({'|'.join(FAILURES)})"
GOES_ON = _either(
    "failures",
    _text("failures", rf"\s*{_FAILURE}(\s*,\s*{_FAILURE})*\s*"),
    several("failures", _text("failures", rf"\s*{_FAILURE}\s*"), 1),
)
VALUES = _either(
    "values",
    several("values", DURATION.form, 2),
    table("values", f"^{p.DURATION}$", SHARE.form, 1),
)
SIGNED_VALUES = _either(
    "values",
    several("values", SPAN.form, 2),
    table("values", f"^{p.SPAN}$", SHARE.form, 1),
)
SIGNED_PARTS = several("parts", {"type": "object", "required": ["share"]}, 2)
ADDITIONS = Shape(
    "additions",
    {"anyOf": [several("additions", reference("Addition")), reference("Addition")]},
)

_BY_TYPE: list[tuple[Any, Shape]] = [
    (str, TEXT), (f.Text, TEXT), (v.Law, Shape("law", reference("Law"))),
    (v.PatienceLaw, Shape("patience", reference("Patience"))),
    (q.Duration, DURATION), (q.Clock, CLOCK), (q.Share, SHARE), (q.Ratio, RATIO),
    (q.Variation, RATIO), (q.Factor, RATIO),
    (q.Number, NUMBER), (q.Positive, POSITIVE), (q.Weight, WEIGHT), (q.Integer, INTEGER),
    (q.Count, COUNT), (q.Interval, INTERVAL), (w.Intervals, INTERVALS), (w.Weekdays, WEEKDAYS),
    (w.Hours, by_weekday(INTERVAL)), (w.Breaks, by_weekday(INTERVALS)),
    (w.Clocks, by_weekday(CLOCK)), (w.Factors, by_weekday(WEIGHT)),
    (a.Counters, COUNTERS), (u.Stops, STOPS), (c.Days, DAYS), (t.SomeDates, DATES),
    (h.Holidays, HOLIDAYS), (f.Yes, YES), (d.Months, MONTH_FACTORS), (d.DaysOfMonth, DAY_FACTORS),
    (d.Growth, GROWTH), (k.Profiles, PROFILE), (n.DayProfile, DAY_PROFILE),
    (e.QuotaField, QUOTA), (e.BalkingField, BALKING), (e.OrderField, ORDER),
    (j.GoesOn, GOES_ON), (o.RateField, RATE), (b.AtBreakField, AT_BREAK),
    (i.ShiftBreaks, SHIFT_BREAKS), (k.ByHour, BY_HOUR),
    (v.SignedLaw, Shape("signed", reference("Signed"))),
    (dict[str, m.Observed], _by_path("quantities", QUANTITY.form)),
    (dict[str, m.Expected], _by_path("expectations", EXPECTATION.form)),
    (x.Told, TOLD), (dict[str, x.Told], _by_path("texts", TOLD.form)),
    (dict[str, m.Range], _by_path("ranges", RANGE.form)),
]  # fmt: skip
_BY_KEY = {
    "Calendar.special": SPECIAL,
    "Call.tries": COUNT,
    "Booking.at": SERVICE,
    "Service.incomplete": Shape("share_or_more", {"anyOf": [SHARE.form, reference("Incomplete")]}),
    "Counter.serves": SERVES,
    "Counter.classes": CLASSES,
    "Stop.service": SERVICE,
    "Choice.choose": CHOOSE,
    "AnyOrder.any_order": SEVERAL_STOPS,
    "Repeat.repeat": SEVERAL_STOPS,
    "Journey.needs": NEEDS,
    "Surge.date": _scalar("date"),
    "ComeBack.after": DAYS_AFTER,
    "VisitorClass.people": NUMBERS,
    "VisitorClass.documents": NUMBERS,
    "Scenario.extends": FILE,
    "Journey.add_stops": ADDITIONS,
    "Addition.after": SERVICE,
    "Addition.before": SERVICE,
    "Addition.stop": STOP,
    "Addition.share": SHARE,
}


def shape_of(key: Key) -> Shape:
    """Return how the value of a key is written.

    Raises TypeError for a type that nobody has given a shape.
    """
    if key.path in _BY_KEY:
        return _BY_KEY[key.path]
    if is_model(key.type):
        return Shape("table", reference(key.type.__name__))
    if get_origin(key.type) is Literal:
        choices = list(get_args(key.type))
        return Shape("choice", {"enum": choices})
    for kind, shape in _BY_TYPE:
        if key.type == kind:
            return shape
    if get_origin(key.type) is dict and is_model(get_args(key.type)[1]):
        inner = get_args(key.type)[1].__name__
        return named("named", reference(inner), int(key.nonempty))
    raise TypeError(f"{key.path}: no shape for {key.type}")
