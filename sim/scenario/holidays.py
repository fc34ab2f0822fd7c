"""Public holidays: those of a country by their own calendar, and a mall's own.

They are looked up once, when a scenario is loaded, so that its resolved form names them as dates
and runs alike wherever another version of the list is installed.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo

from sim.scenario import quantities as q
from sim.scenario.dates import Dates, is_date, read_date, read_dates
from sim.scenario.faults import Finding, nearest, refuse
from sim.scenario.fields import read_yes
from sim.scenario.gathering import Gathering

Named = dict[date, str]
KEYS = ("country", "region", "joint_leave")
_JOINT_LEAVE = "government"
"""What the package calls days on which only offices are closed (cuti bersama)."""


def _read(raw: object, info: ValidationInfo) -> Named:
    days = info.data.get("days")
    return read_holidays(raw, days if isinstance(days, Dates) else None)


def read_holidays(raw: object, days: Dates | None) -> Named:
    """Read `{country: ID, joint_leave: true, 2025-03-03: Meugang}`, or just a list of dates.

    days : the dates of the scenario; of a country's holidays only those between them are kept
    """
    if not isinstance(raw, dict):
        return dict.fromkeys(read_dates(raw), "")
    gathering = Gathering()
    own: Named = {}
    for key, item in raw.items():
        if is_date(str(key)):
            day = gathering.read((key,), _key, key)
            name = gathering.read((key,), q.text_of, item, "text")
            if day is not None:
                own[day] = name or ""
        elif key not in KEYS:
            near = nearest(str(key), KEYS)
            shown = {"value": key, "accepted": ", ".join((*KEYS, "2025-03-03")), "near": near}
            code = "unknown_key" if near else "unknown_key_accepted"
            gathering.found.append(Finding(code, shown, (key,), at_key=True))
    national = gathering.read((), _of_country, raw, days) if not gathering.found else None
    gathering.refuse_any()
    found = {**(national or {}), **own}
    return {day: found[day] for day in sorted(found)}


def _key(raw: object) -> date:
    try:
        return read_date(raw)
    except Exception as error:
        found = error.context["found"]  # type: ignore[attr-defined]
        refuse(*(Finding(f.code, f.params, f.path, at_key=True) for f in found))


def _of_country(raw: dict[str, Any], days: Dates | None) -> Named:
    if "country" not in raw:
        for key in ("region", "joint_leave"):
            if key in raw:
                refuse(Finding("holidays_country", {"value": key}, (key,), at_key=True))
        return {}
    country = q.text_of(raw["country"], "text")
    region = q.text_of(raw["region"], "text") if "region" in raw else None
    leave = False
    if "joint_leave" in raw:
        gathering = Gathering()
        leave = bool(gathering.read(("joint_leave",), read_yes, raw["joint_leave"]))
        gathering.refuse_any()
    of = _entity(country, region, leave)
    if days is None:
        return {}
    years = range(days.first.year, days.last.year + 1)
    kinds = ("public", _JOINT_LEAVE) if leave else ("public",)
    found = of(subdiv=region, years=years, categories=kinds, language=_language(of))
    return {day: name for day, name in found.items() if days.first <= day <= days.last}


def _entity(country: str, region: str | None, leave: bool) -> Any:
    """Return what the package knows of a country, or refuse what it does not know."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        near = country.upper() if country.upper() in known else ""
        refuse(Finding("holidays_unknown", {"value": country, "near": near}, ("country",)))
    of = getattr(holidays, country)
    regions = of.subdivisions
    if region is not None and region not in regions:
        shown = {"value": region, "country": country, "near": nearest(region, regions)}
        shown["accepted"] = ", ".join(regions) or "none"
        refuse(Finding("holidays_region", shown, ("region",)))
    if leave and _JOINT_LEAVE not in of.supported_categories:
        refuse(Finding("holidays_leave", {"value": country}, ("joint_leave",)))
    return of


def _language(of: Any) -> str | None:
    language = of.default_language
    return None if language is None else str(language)


def _write(named: Named) -> dict[str, str]:
    return {day.isoformat(): name for day, name in named.items()}


Holidays = Annotated[Named, BeforeValidator(_read), PlainSerializer(_write)]
