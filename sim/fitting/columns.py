"""Which column is which: found by name in Indonesian, English and the words of queue systems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sim.errors import LogError
from sim.scenario.faults import nearest

NAMES: dict[str, str] = {
    "arrival": "arrival time|arrival|arrived|arrived at|created|created at|creation time|issued"
    "|issue time|ticket time|print time|printed|check in|checkin|check in time|enter time|join time"
    "|visit created|waktu kedatangan|jam kedatangan|waktu datang|jam datang|kedatangan|datang"
    "|waktu ambil|jam ambil|ambil|waktu ambil tiket|jam ambil tiket|waktu ambil nomor"
    "|jam ambil nomor|ambil nomor|ambil tiket|waktu cetak|jam cetak|waktu tiket|jam tiket"
    "|waktu daftar|jam daftar|waktu masuk|jam masuk|waktu antri|jam antri|waktu antrian|timestamp",
    "called": "called time|called|call time|called at|first call|first called|waktu panggil"
    "|jam panggil|panggil|dipanggil|jam dipanggil|waktu dipanggil|waktu panggilan|jam panggilan"
    "|panggilan",
    "start": "start|started|start time|service start|serve start|serving start|started serving"
    "|transaction start|mulai|waktu mulai|jam mulai|mulai layanan|mulai dilayani|waktu dilayani"
    "|jam dilayani|dilayani|waktu layan",
    "end": "end|ended|end time|finished|finished at|finish|finish time|completed|service end"
    "|serve end|served|transaction end|selesai|waktu selesai|jam selesai|selesai layanan"
    "|selesai dilayani|waktu akhir",
    "date": "date|visit date|day date|tanggal|tgl|hari tanggal|tanggal kunjungan|tgl kunjungan"
    "|tanggal layanan|tanggal antrian",
    "service": "service|service name|service type|transaction type|layanan|nama layanan"
    "|jenis layanan|jenis pelayanan|pelayanan|keperluan|queue|queue name|antrian|antrean",
    "agency": "agency|agency name|office|branch|branch name|department|instansi|nama instansi"
    "|dinas|opd|gerai|tenant|unit layanan|unit|kantor",
    "counter": "counter|counter number|counter name|counter no|desk|window|service point|loket"
    "|no loket|nomor loket|nama loket|meja",
    "visitor_class": "class|visitor class|priority|customer type|segment|level|prioritas"
    "|kategori|kategori pengunjung|golongan",
    "outcome": "outcome|status|result|state|hasil|keterangan|status antrian",
    "booked": "booked|booked time|booking time|appointment|appointment time|scheduled|jadwal"
    "|jam booking|waktu booking|waktu janji|jam janji|janji temu",
    "visit": "visit|visit id|visit number|customer id|customer|citizen|person|nik|no ktp"
    "|id pengunjung|pengunjung|id kunjungan|kunjungan|nama|nama pengunjung|nama lengkap|no hp",
    "ticket": "ticket|ticket id|ticket no|ticket number|queue number|queue no|tiket|no tiket"
    "|nomor tiket|nomor|no antrian|no antrean|nomor antrian|nomor antrean|kode antrian",
    "channel": "channel|ticket channel|source|via|kanal|sumber|jalur|jenis tiket|asal tiket",
    "waiting_time": "waiting time|wait time|wait|waktu tunggu|lama tunggu|lama menunggu"
    "|durasi tunggu",
    "service_time": "service time|serving time|transaction time|handling time|duration|durasi"
    "|waktu layanan|waktu pelayanan|lama layanan|lama pelayanan|durasi layanan",
}
"""Names of each field, the likeliest first; compared in lower case, without signs and accents."""

FIELDS = tuple(NAMES)
_UNITS = {
    "menit": 60_000_000, "mnt": 60_000_000, "minutes": 60_000_000, "minute": 60_000_000,
    "min": 60_000_000, "detik": 1_000_000, "dtk": 1_000_000, "det": 1_000_000,
    "seconds": 1_000_000, "second": 1_000_000, "sec": 1_000_000, "secs": 1_000_000,
    "s": 1_000_000, "ms": 1_000, "jam": 3_600_000_000, "hours": 3_600_000_000,
}  # fmt: skip
_TIMES = ("arrival", "called", "start", "end")
_LOOKED_AT = 30
"""Rows at the top of a sheet in which the names of the columns may stand, below a title."""


@dataclass(frozen=True)
class Columns:
    """Where each field stands.

    at : position of the column, by field
    names : what the columns are called in the file, by field
    unit : µs of a plain number in the columns of lengths of time
    width : how many columns the table has
    skip : rows above the first ticket
    unused : columns that nothing was made of; kinds : those of them that hold words which recur,
        as names of agencies do
    """

    at: Mapping[str, int]
    names: Mapping[str, str]
    unit: Mapping[str, int]
    width: int
    skip: int
    unused: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


def plain_name(text: str) -> str:
    """Return a column's name in lower case, without signs, accents and CamelCase."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    return " ".join(re.findall(r"[a-z]+|\d+", text))


def find_columns(
    rows: Sequence[Sequence[str]], file: str, mapped: Mapping[str, str] | None = None
) -> Columns:
    """Return the columns of a table from its first rows.

    rows : the first rows as they stand in the file: maybe a title, then one row of names, or two
        of which the upper spans several columns
    mapped : names of columns by field, which come before what is recognised

    Raises LogError where no column of arrivals is found, or a mapped one is not there.
    """
    mapped = mapped or {}
    best: tuple[int, int, list[str]] | None = None
    for skip, names in _candidates(rows):
        found = _recognised(names, mapped)
        score = 2 * len(found) - (0 if "arrival" in found else 100)
        if best is None or score > best[0]:
            best = (score, skip, names)
    if best is None:
        raise LogError("empty", file=file)
    _, skip, names = best
    _check_mapped(names, mapped, file)
    at = _recognised(names, mapped)
    if "arrival" not in at:
        if len(rows[0]) == 1 and len(rows) == 1 and not rows[0][0].strip():
            raise LogError("empty", file=file)
        shown = ", ".join(name for name in names if name)[:300]
        raise LogError("no_arrival", file=file, columns=shown or "–")
    return Columns(
        at=at,
        names={field: names[k] for field, k in at.items()},
        unit={field: _unit(names[at[field]]) for field in at if field.endswith("_time")},
        width=len(names),
        skip=skip,
        unused=tuple(n for k, n in enumerate(names) if n and k not in at.values()),
        kinds=tuple(n for k, n in enumerate(names)
                    if n and k not in at.values() and _recur(rows[skip:], k)),
    )  # fmt: skip


def _recur(rows: Sequence[Sequence[str]], k: int) -> bool:
    """Whether a column holds words, and each of them twice on average."""
    cells = [row[k].strip() for row in rows if k < len(row) and row[k].strip()]
    words = [cell for cell in cells if re.search(r"[^\W\d_]", cell)]
    return len(cells) == len(words) > 0 and 2 * len(set(words)) <= len(words)


def _candidates(rows: Sequence[Sequence[str]]) -> list[tuple[int, list[str]]]:
    """Return what may be names of columns: each of the first rows, alone or below the one above."""
    found: list[tuple[int, list[str]]] = []
    for k, row in enumerate(rows[:_LOOKED_AT]):
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        found.append((k + 1, cells))
        if k + 1 < len(rows):
            below = [" ".join(cell.split()) for cell in rows[k + 1]]
            if below and not any(re.search(r"\d", cell) for cell in below):
                found.append((k + 2, _joined(cells, below)))
    return found


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    """Join two rows of names: `Waktu | | ` over `Ambil | Panggil | Selesai`."""
    names: list[str] = []
    above = ""
    for over, under in zip_longest(upper, lower, fillvalue=""):
        above = over or (above if under else "")
        names.append(f"{above} {under}".strip() if under else over)
    return names


def _recognised(names: Sequence[str], mapped: Mapping[str, str]) -> dict[str, int]:
    """Return the position of each field that the names give, a column for one field only."""
    plain = [plain_name(_without_unit(name)) for name in names]
    given = {field: _position(names, name) for field, name in mapped.items()}
    at = {field: k for field, k in given.items() if k is not None}
    for field in FIELDS:
        if field in at:
            continue
        for name in NAMES[field].split("|"):
            for candidate in (name, f"{name} time", f"time {name}"):
                free = [k for k, n in enumerate(plain) if n == candidate and k not in at.values()]
                if free:
                    at[field] = free[0]
                    break
            if field in at:
                break
    if "arrival" not in at and "start" not in at and "called" not in at:
        # a table with one column of times only: whatever it is called, it is when people came
        loose = [k for k, n in enumerate(plain) if n in ("time", "waktu", "jam", "datetime")]
        if len(loose) == 1 and loose[0] not in at.values():
            at["arrival"] = loose[0]
    return {field: at[field] for field in FIELDS if field in at}


def _position(names: Sequence[str], name: str) -> int | None:
    wanted = plain_name(name)
    if name in names:
        return list(names).index(name)
    return next((k for k, n in enumerate(names) if wanted and plain_name(n) == wanted), None)


def _check_mapped(names: Sequence[str], mapped: Mapping[str, str], file: str) -> None:
    for field, name in mapped.items():
        if _position(names, name) is None:
            near = nearest(name, [n for n in names if n])
            raise LogError(
                "mapped_column", file=file, field=field, column=name, near=near or "–",
                columns=", ".join(n for n in names if n)[:300],
            )  # fmt: skip


def _without_unit(name: str) -> str:
    """Take the unit off a name: `Lama layanan (menit)`, `wait_seconds`."""
    name = re.sub(r"[(\[].*?[)\]]", " ", name)
    words = plain_name(name).split()
    if len(words) > 1 and words[-1] in _UNITS and words[-1] != "jam":
        words.pop()
    return " ".join(words)


def _unit(name: str) -> int:
    """Return the µs of one unit of a column; minutes where its name does not say."""
    words = plain_name(name).split()
    return next((_UNITS[word] for word in reversed(words) if word in _UNITS), 60_000_000)
