"""Inputs that nobody means: random, cut and mutated, each made again from its number.

    python tests/fuzz.py small 0 10000     reads 10,000 small inputs, says how fast
    python tests/fuzz.py files 17 18       reads a whole file again
    python tests/fuzz.py files 17          shows it

Whatever is read must be accepted or refused in words that name a place. A small input is a text
of 300 characters at the most, or a tree of a scenario in which values and keys were changed; a
whole file is a shipped scenario (an overlay, one to calibrate), a ticket log or a mapping, each
cut and mixed. A number gives the same input as long as the files that are mixed are the same.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

from sim.errors import LogError, ScenarioError
from sim.scenario.document import read_document
from sim.scenario.faults import Place
from sim.scenario.folder import Source
from sim.scenario.layers import Layer, Layers
from sim.scenario.loading import _scenario, load, load_text
from sim.scenario.merging import merge
from sim.scenario.tree import Entry, Items, Node, Table, Text, plain
from sim.scenario.writing import show

ROOT = Path(__file__).parent.parent
TOLD = 10_000
"""Inputs after which it is said how far one is."""
NAME = "fuzz.yaml"
LONGEST = 300
"""Characters of a small text."""
PATIENCE = 60
"""Seconds that one input may take: far from what a busy machine needs."""
NASTY: tuple[str | None, ...] = (
    None, "", " ", "0", "-1", "-0", "1e999", "1e-999", "nan", "inf", "9" * 400, "0x10", "1_000",
    "٣",
    "²", "½", "1٬000", "0,88", "0830", "24:00", "24:01", "-1:00", "8:60", "00:00-00:00", "1 .. 0",
    "0 min", "1e300 min", "1e-300 s", "9" * 30 + " h", "-5 min", "100 %", "101 %", "1e-9 %",
    "1 of 0",
    "0 of 0", "2 of 100", "mon-fri", "fri-mon", "mon-mon", "2025-02-30", "0000-01-01", "9999-12-31",
    "0001-01-01 .. 9999-12-31", "2025-01-01 .. 2025-01-01", "2025-12-31 .. 2025-01-01", "a" * 3000,
    "\u202e", "é" * 50, "💥", "..", "../..", "/etc/passwd", "C:\\x", "~", "true", "no", "{}",
    "[]", "*", "&a",
    "<script>", "=1+1", "{value}", "%s", "\\", "'", '"', "#", "normal", "name", "1 per day",
    "> 1", ">= 85 %",
    "<= 30 min", "a.b.c", ".", "a[0]", "a[-1]", "a[999999999999]", "[", "]", "0 per month",
    "1e9 per month",
)  # fmt: skip
_PIECES = (
    ": ", ":\n  ", "\n", "\n  ", "\n    ", "- ", "\n- ", "{", "}", "[", "]", ", ", "'", '"',
    "|\n", ">\n",
    "&a ", "*a", "!!python/object:os.system ", "! ", "? ", "<<: ", "# ", "---\n", "...\n",
    "%YAML 1.2\n", "\t",
    "\r", "\r\n", "\ufeff", "\x00", "\x1b[31m", "\ud800", "\u2028", "\u00a0", "\\u0000", "@",
    "`", "|", ">", "%", "!",
)  # fmt: skip


# Texts


@cache
def texts() -> tuple[str, ...]:
    """Return the scenarios of the repository as texts, small ones many times over."""
    paths = [*ROOT.glob("scenarios/**/*.yaml"), *ROOT.glob("tests/scenarios/**/*.yaml")]
    return tuple(path.read_text(encoding="utf-8", errors="replace") for path in sorted(paths))


@cache
def words() -> tuple[str, ...]:
    """Return the keys and values of the shipped scenarios."""
    found: set[str] = set()
    for data in trees():
        found.update(text for text in _leaves(data) if text and len(text) < 60)
    return tuple(sorted(found))


def _leaves(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _leaves(value)
    elif isinstance(data, list):
        for item in data:
            yield from _leaves(item)
    elif data is not None:
        yield data


def small_text(chance: Random) -> str:
    """Return a text of `LONGEST` characters at the most."""
    way = chance.randrange(4)
    if way == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(LONGEST + 1))).decode(
            "utf-8" if chance.random() < 0.1 else "latin-1", "surrogateescape"
        )
    if way == 1:
        pool = (words(), _PIECES, _PIECES)
        parts = [chance.choice(chance.choice(pool)) for _ in range(chance.randrange(60))]
        return "".join(parts)[:LONGEST]
    if way == 2:
        text = chance.choice(texts())
        begin = text.rfind("\n", 0, chance.randrange(len(text) + 1)) + 1
        return mutated(text[begin : begin + LONGEST], chance)[:LONGEST]
    return mutated(SMALLEST, chance)[:LONGEST]


SMALLEST = (
    "name: A\ncalendar: {days: mon-fri, hours: 08:30-15:30}\nagencies:\n  d:\n    counters: 1\n"
    "    services: {k: {time: {mean: 9 min, sd: 5 min}}}\n"
    "journeys: {k: {per_day: 6, stops: [d.k]}}\n"
)


def mutated(text: str, chance: Random) -> str:
    """Return a text with a few changes: of letters, of lines, of values."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        text = chance.choice(_CHANGES)(text, chance)
    return text


def _cut(text: str, chance: Random) -> str:
    a = chance.randrange(len(text) + 1)
    return text[:a] + text[a + chance.choice((1, 1, 5, 40)) :]


def _put(text: str, chance: Random) -> str:
    a = chance.randrange(len(text) + 1)
    new = chance.choice(chance.choice((_PIECES, NASTY, words()))) or "null"
    return text[:a] + new + text[a:]


def _value(text: str, chance: Random) -> str:
    """Change what stands behind a colon."""
    at = [k for k, letter in enumerate(text) if letter == ":" and text[k : k + 2] == ": "]
    if not at:
        return _put(text, chance)
    begin = chance.choice(at) + 2
    end = min((k for mark in ",}\n" if (k := text.find(mark, begin)) >= 0), default=len(text))
    return text[:begin] + (chance.choice(chance.choice((NASTY, words()))) or "null") + text[end:]


def _lines(text: str, chance: Random) -> str:
    """Repeat, drop, move or indent a line."""
    lines = text.splitlines(keepends=True) or [""]
    k = chance.randrange(len(lines))
    way = chance.randrange(4)
    if way == 0:
        lines.insert(chance.randrange(len(lines) + 1), lines[k])
    elif way == 1:
        del lines[k]
    elif way == 2:
        lines.insert(chance.randrange(len(lines)), lines.pop(k))
    else:
        lines[k] = chance.choice(("  ", " ", "\t", "- ")) + lines[k]
    return "".join(lines)


def _letter(text: str, chance: Random) -> str:
    if not text:
        return chr(chance.randrange(0x3000))
    a = chance.randrange(len(text))
    return (
        text[:a]
        + chr(chance.choice((chance.randrange(128), chance.randrange(0x3000))))
        + text[a + 1 :]
    )


_CHANGES: tuple[Callable[[str, Random], str], ...] = (_cut, _put, _value, _value, _lines, _letter)


# Trees


@cache
def trees() -> tuple[dict[str, Any], ...]:
    """Return the sound scenarios that extend nothing as plain data, the smallest many times."""
    found = []
    for path in sorted(
        [*ROOT.glob("scenarios/**/*.yaml"), *ROOT.glob("tests/scenarios/valid/*.yaml")]
    ):
        root, _ = read_document(path.read_bytes(), str(path))
        if root is not None:
            found.append(plain(root))
    return tuple(found)


@cache
def small_trees() -> tuple[dict[str, Any], ...]:
    """Return the plain data of the scenarios for which one word each is written."""
    smallest, _ = read_document(SMALLEST.encode(), NAME)
    assert smallest is not None
    own = [data for data in trees() if "extends" not in data and len(json.dumps(data)) < 1500]
    return (*[plain(smallest)] * len(own), *own)


@cache
def branches() -> tuple[Any, ...]:
    """Return every mapping and list of the shipped scenarios, to be put elsewhere."""
    return tuple(part for data in trees() for part in _parts(data) if len(json.dumps(part)) < 400)


def _parts(data: Any) -> Iterator[Any]:
    yield data
    for child in data.values() if isinstance(data, dict) else data:
        if isinstance(child, (dict, list)):
            yield from _parts(child)


def mutated_tree(data: Any, chance: Random) -> Any:
    """Return plain data with a few keys and values changed."""
    data = json.loads(json.dumps(data))
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        within = chance.choice(list(_parts(data)))
        if isinstance(within, dict):
            _change_key(within, chance)
        else:
            _change_item(within, chance)
    return data


def _anything(chance: Random) -> Any:
    way = chance.randrange(8)
    if way < 4:
        return chance.choice(NASTY)
    if way < 6:
        return chance.choice(words())
    if way == 6:
        return chance.choice(({}, [], [[]], {"a": None}, [None], {"": ""}))
    return json.loads(json.dumps(chance.choice(branches())))


def _change_key(within: dict[str, Any], chance: Random) -> None:
    key = chance.choice(list(within)) if within else "name"
    way = chance.randrange(6)
    if way == 0:
        within.pop(key, None)
    elif way == 1:
        within[chance.choice(words())] = within.get(key)
    elif way == 2:
        within[chance.choice(words())] = _anything(chance)
    elif way == 3:
        within[chance.choice(NASTY) or "x"] = within.pop(key, None)
    else:
        within[key] = _anything(chance)


def _change_item(within: list[Any], chance: Random) -> None:
    if not within or chance.randrange(4) == 0:
        within.append(_anything(chance))
    elif chance.randrange(4) == 0:
        within *= 2
    else:
        within[chance.randrange(len(within))] = _anything(chance)


def as_node(data: Any, line: int = 1) -> Node:
    """Return plain data as the tree of a file."""
    place = Place(NAME, line, 1)
    if isinstance(data, dict):
        return Table(
            place,
            {key: Entry(place, as_node(of, line + 1)) for key, of in data.items() if key.strip()},
        )
    if isinstance(data, list):
        return Items(place, tuple(as_node(item, line + 1) for item in data))
    return Text(place, data)


# Reading


def read_small(number: int) -> str:
    """Read the small input of a number; return what became of it."""
    chance = Random(f"small {number}")
    if chance.random() < 0.3:
        root = as_node(mutated_tree(chance.choice(small_trees()), chance))
        assert isinstance(root, Table)
        layer = Layer(Source(NAME, Path(NAME), data=b""), root, frozenset(), changes=False)
        return _read(lambda: _scenario(merge(Layers((layer,), (), True))))
    text = small_text(chance)
    return _read(lambda: load_text(text, NAME))


def _read(reading: Callable[[], Any]) -> str:
    """Read a scenario: it is refused in one line a fault, or says the same when it is written."""
    began = time.monotonic()
    try:
        scenario = reading()
    except ScenarioError as error:
        assert error.faults
        for fault in error.faults:
            assert fault.place.file and fault.place.line >= 0
            for lang in ("id", "en"):
                said = fault.say(lang)
                assert len(said.splitlines()) == 1 and len(said) < 3000, said
        outcome = "refused"
    else:
        assert load_text(show(scenario)) == scenario
        outcome = "accepted"
    assert time.monotonic() - began < PATIENCE
    return outcome


def whole_file(number: int, folder: Path) -> tuple[str, Path]:
    """Write the whole file of a number into a folder; return what it is, and its path."""
    chance = Random(f"file {number}")
    kind = chance.choices(("scenario", "log", "packed", "mapping"), (50, 35, 10, 5))[0]
    if kind == "scenario":
        return kind, _mutated_scenario(folder, chance)
    if kind == "mapping":
        path = folder / "mapping.yaml"
        path.write_text(mutated(MAPPING, chance), encoding="utf-8", errors="surrogatepass")
        return kind, path
    if kind == "packed":
        data = bytearray(chance.choice(packed_logs()))
        for _ in range(chance.choice((1, 2, 8, 60))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = folder / "log.bin"
        path.write_bytes(data[: chance.choice((len(data), len(data), chance.randrange(len(data))))])
        return kind, path
    path = folder / "log.csv"
    text = chance.choice(logs())
    for _ in range(chance.choice((1, 2, 5, 30))):
        text = _mutated_log(text, chance)
    path.write_bytes(text.encode(chance.choice(("utf-8", "utf-8", "utf-16", "cp1252")), "replace"))
    return kind, path


def _mutated_scenario(folder: Path, chance: Random) -> Path:
    """Write a mutant beside the files that it may extend."""
    path = chance.choice(sorted(ROOT.glob("scenarios/**/*.yaml")))
    goal = folder / path.relative_to(ROOT)
    goal = goal.with_name(NAME)
    if not goal.parent.exists():
        import shutil

        shutil.copytree(ROOT / "scenarios", folder / "scenarios")
    text = path.read_text(encoding="utf-8")
    if chance.randrange(3) == 0:
        root, _ = read_document(text.encode(), NAME)
        text = json.dumps(mutated_tree(plain(root) if root else {}, chance), ensure_ascii=False)
    else:
        text = mutated(text, chance)
    goal.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    return goal


MAPPING = """columns: {arrival: Waktu Ambil, called: Waktu Panggil, end: Waktu Selesai}
date: 2025-01-06
rules: {forgotten_open: 3 h, clock_jump: 15 min, holiday_below: 20 %, hours: 08:00-16:00,
  holidays: [2025-01-27, 2025-01-29], today: 2025-12-31}
"""
_CELLS = (
    "", "25:00", "08:00", "2025-13-01", "2025-01-06 08:00:00", "31/12/2025", "0", "-1", "1e308",
    "nan", "=cmd()",
    "'", '"', "\n", ";", "9" * 25, "45000.5", "24:00", "00.00", "12:00 AM", "selesai", "pulang",
    "A-001", "é", "\t",
    "0001-01-01 00:00", "9999-12-31 23:59:59.999999", "2025-01-06T08:00:00+07:00",
    "1 jam 5 menit", "\x00",
)  # fmt: skip


@cache
def logs() -> tuple[str, ...]:
    """Return the logs of the corpus, and one of every column."""
    found = []
    for path in sorted((ROOT / "tests/logs").glob("*.csv")):
        data = path.read_bytes()
        found.append(data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8", "replace"))
    return (*[text for text in found if text], *[_full_log()] * 5)


def _full_log() -> str:
    """Return two days of tickets with all columns that are known."""
    from sim.fitting.columns import NAMES

    chance = Random("log")
    rows = [",".join(names.split("|")[0] for names in NAMES.values())]
    for day in ("2025-01-06", "2025-01-07"):
        for k in range(40):
            at = 480 + 6 * k + chance.randrange(6)
            times = [f"{day} {m // 60:02}:{m % 60:02}" for m in (at, at + 3, at + 4, at + 11)]
            rest = [day, f"S{k % 3}", f"A{k % 2}", str(k % 4), "umum", "selesai", times[0],
                    f"{k}", f"A-{k:03}", "kiosk", "3", "7"]  # fmt: skip
            rows.append(",".join([*times, *rest]))
    return "\n".join(rows) + "\n"


@cache
def packed_logs() -> tuple[bytes, ...]:
    """Return logs as workbooks and as Parquet."""
    import pandas as pd

    frame = pd.read_csv(BytesIO(_full_log().encode()))
    sheet, parquet = BytesIO(), BytesIO()
    frame.to_excel(sheet, index=False)
    frame.to_parquet(parquet)
    return sheet.getvalue(), parquet.getvalue()


def _mutated_log(text: str, chance: Random) -> str:
    lines = text.splitlines()
    if not lines:
        return text
    k = chance.randrange(len(lines))
    way = chance.randrange(6)
    mark = ";" if ";" in lines[k] else ","
    cells = lines[k].split(mark)
    if way < 3:
        cells[chance.randrange(len(cells))] = chance.choice(_CELLS)
        lines[k] = mark.join(cells)
    elif way == 3:
        c = chance.randrange(len(cells))
        lines = [mark.join(_swapped(line.split(mark), c, chance.choice(_CELLS))) for line in lines]
    elif way == 4:
        lines[k:] = lines[k + chance.randrange(5) :]
    else:
        return _letter(text, chance)
    return "\n".join(lines)


def _swapped(cells: list[str], c: int, new: str) -> list[str]:
    return [new if k == c else cell for k, cell in enumerate(cells)]


def read_file(number: int, folder: Path) -> str:
    """Read the whole file of a number; return what it is and what became of it."""
    kind, path = whole_file(number, folder)
    if kind == "scenario":
        return f"{kind} {_read_scenario(path)}"
    return f"{kind} {_read_log(kind, path)}"


def _read_scenario(path: Path) -> str:
    found = []

    def reading() -> Any:
        found.append(load(path))
        return found[0]

    return _read(reading)


def _read_log(kind: str, path: Path) -> str:
    from sim.fitting.draft import draft
    from sim.fitting.fit import fit
    from sim.fitting.rules import read_mapping

    began = time.monotonic()
    try:
        if kind == "mapping":
            read_mapping(path)
        else:
            _loads(draft(fit([path]), "id"))
        outcome = "accepted"
    except LogError as error:
        for lang in ("id", "en"):
            assert path.name in error.say(lang), error.say(lang)
        outcome = "refused"
    assert time.monotonic() - began < PATIENCE
    return outcome


def _loads(text: str) -> None:
    """Hold that a draft is a scenario, but for the questions in it."""
    try:
        load_text(text)
    except ScenarioError as error:
        assert {fault.code for fault in error.faults} == {"unanswered"}, str(error)


def main(arguments: Sequence[str]) -> None:
    """Read a range of inputs and say how many a second; or show one."""
    what, first, *rest = arguments
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if not rest and what == "files":
            _, path = whole_file(int(first), folder)
            sys.stdout.buffer.write(path.read_bytes())
            return
        counts: Counter[str] = Counter()
        began = time.monotonic()
        for number in range(int(first), int(rest[0]) if rest else int(first) + 1):
            try:
                counts[read_small(number) if what == "small" else read_file(number, folder)] += 1
            except Exception as error:
                counts[f"WRONG {type(error).__name__}"] += 1
                print(f"{what} {number}: {type(error).__name__}: {str(error)[:300]}", flush=True)
            if (number + 1) % TOLD == 0:
                print(f"before {what} {number + 1}:", dict(counts), flush=True)
        seconds = time.monotonic() - began
    print(dict(counts), f"{sum(counts.values()) / seconds:.0f} a second")


if __name__ == "__main__":
    main(sys.argv[1:])
