"""Published queueing studies beside what the simulator gives: python tests/published.py

Prints the table that stands in scenarios/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim import load, replicate
from sim.report.answer import Answer
from sim.report.observed import Counted

STUDIES = sorted((Path(__file__).parent.parent / "scenarios" / "studies").glob("*.yaml"))
REPLICATIONS, SEED = 40, 1


def beside(path: Path, replications: int = REPLICATIONS) -> tuple[Counted, ...]:
    """Return each published figure of a study with what the simulation gives."""
    results = replicate(load(path), replications, seed=SEED, workers=1)
    return tuple(Answer.of(results).counted)


def lines() -> Iterator[str]:
    """Yield the table as Markdown."""
    yield "| study | figure | published | simulated, 95 % interval |"
    yield "|---|---|---|---|"
    for path in STUDIES:
        for row in beside(path):
            unit, scale = {"duration": (" min", 1), "share": (" %", 100)}.get(row.kind, ("", 1))
            one = row.modelled
            assert one is not None
            given, low, high = (scale * v for v in (one.value, one.low, one.high))
            simulated = f"{given:.2f}{unit} ({low:.2f}–{high:.2f})"
            published = f"{scale * row.counted:g}{unit}"
            yield f"| `{path.stem}` | {row.path} | {published} | {simulated} |"


if __name__ == "__main__":
    print("\n".join(lines()))
