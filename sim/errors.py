"""The few errors of mppsim, each rooted in a builtin.

Whoever calls mppsim from Python may catch `MallError`, or the builtin that it is
rooted in; the command line prints the message and ends with status 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.scenario.faults import Fault


class MallError(Exception):
    """Something that the person who uses mppsim can mend; the message says how."""


class ScenarioError(MallError, ValueError):
    """A scenario has faults. All that were found are in `faults`, in the order of the file."""

    def __init__(self, faults: Sequence[Fault], lang: str = "en") -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.say(lang) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return (ScenarioError, (self.faults,))  # so that it survives the way back from a worker


class WorkloadError(MallError, ValueError):
    """A workload does not fit its scenario: unknown names, negative times, a wrong order."""


class EngineError(MallError, ValueError):
    """An engine that does not exist, or that cannot do what was asked of it."""


class OutputError(MallError, OSError):
    """A result could not be written; what stood there before is untouched."""
