"""How single values are written, as patterns of the editor's schema.

They may be laxer than the readers of `quantities.py`, never stricter.
"""

from __future__ import annotations

from sim.scenario.demand_factors import MONTHS as NAMES

UNSIGNED = r"(?!0[0-9])([0-9]+(\.[0-9]*)?|\.[0-9]+)"
NUMBER = rf"{UNSIGNED}([eE][+-]?[0-9]{{1,3}})?"
PLUS, SIGN = r"(\+0*)?", r"(\+0*|-)?"  # readers mind leading zeros only without a plus
ZERO = r"[+-]?(0+(\.0*)?|\.0+)"
MINUS_ZERO = r"-(0(\.0*)?|\.0+)"
NOT_BELOW_0 = rf"({PLUS}{NUMBER}|{MINUS_ZERO})"
UNIT = (
    r"(us|ms|s|sec|seconds?|detik|min|minutes?|menit|h|hours?|jam|days?|hari)"  # as in quantities
)
DURATION = rf"(({PLUS}{UNSIGNED}|{MINUS_ZERO})\s*{UNIT}|{ZERO})"
SPAN = rf"({SIGN}{UNSIGNED}\s*{UNIT}|{ZERO})"
PERCENT = r"(?!0[0-9])([0-9]{1,2}(\.[0-9]*)?|100(\.0*)?|\.[0-9]+)\s*%"
OF = rf"{SIGN}{NUMBER}\s+(of|dari)\s+{SIGN}{NUMBER}"
SHARE = rf"({OF}|{PLUS}({PERCENT}|0(\.[0-9]*)?|\.[0-9]+|1(\.0*)?)|{MINUS_ZERO}(\s*%)?)"
QUANTITY = rf"({SPAN}|{PERCENT}|{OF}|{SIGN}{NUMBER})"
CLOCK = r"(([01]?[0-9]|2[0-3])[:.][0-5][0-9]|24[:.]00)"
INTERVAL = rf"{CLOCK}\s*[-–]\s*{CLOCK}"
BARE = r"([0-9]{1,2}\.[0-9]|[0-9]{1,4})"
"""A clock time as a key that was a number: 08.30 is then 8.3, 09.00 is 9, 10:00 may be 600."""
CLOCK_KEY = f"^({CLOCK}|{BARE})$"
NONE = "[Nn][Oo][Nn][Ee]"
DAY = "([Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])"
DAYS = rf"{DAY}(\s*-\s*{DAY})?"
WEEKDAYS = rf"\s*{DAYS}(\s*,\s*{DAYS})*\s*"
DATE = r"(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
DATES = rf"{DATE}(\s*\.\.\s*{DATE})?"
MONTH = "(" + "|".join("".join(f"[{x.upper()}{x}]" for x in name) for name in NAMES) + ")"
MONTHS = rf"\s*{MONTH}(\s*-\s*{MONTH})?\s*"
DAY_OF_MONTH = r"([1-9]|[12][0-9]|3[01])"
DAYS_OF_MONTH = rf"{DAY_OF_MONTH}(-{DAY_OF_MONTH})?"
YES = "([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Yy][Aa]|[Tt][Ii][Dd][Aa][Kk])"
NAME = r"[A-Za-z][A-Za-z0-9_-]*"
STOP = rf"{NAME}\.{NAME}"
