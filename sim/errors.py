"""The few errors of mppsim, each rooted in a builtin.

Whoever calls mppsim from Python may catch `MallError`, or the builtin that it is
rooted in; the command line prints the message and ends with status 2.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from sim.words import Phrase, say

if TYPE_CHECKING:
    from sim.scenario.faults import Fault


class MallError(Exception):
    """Something that the person who uses mppsim can mend; the message says how.

    key, values : of its text in `sim/words`, where it has one in both languages
    """

    key: str = ""
    values: dict[str, Any]

    @classmethod
    def of(cls, key: str, /, **values: Any) -> Self:
        """Return the error whose text is `key` in the catalogues; `str` gives it in English.

        values : what fills the places of the text
        """
        error = cls(say(key, "en", **values))
        error.key, error.values = key, values
        return error

    def say(self, lang: str) -> str:
        """Return the message in a language."""
        return say(self.key, lang, **self.values) if self.key else str(self)


class ScenarioError(MallError, ValueError):
    """A scenario has faults. All that were found are in `faults`, in the order of the file."""

    def __init__(self, faults: Sequence[Fault], lang: str = "en") -> None:
        self.faults = tuple(faults)
        super().__init__(self.say(lang))

    def say(self, lang: str) -> str:
        """Return every fault in a language, one a line."""
        return "\n".join(fault.say(lang) for fault in self.faults)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        return (ScenarioError, (self.faults,))  # so that it survives the way back from a worker


class WorkloadError(MallError, ValueError):
    """A workload does not fit its scenario: unknown names, negative times, a wrong order."""


class EngineError(MallError, ValueError):
    """An engine that does not exist, or that cannot do what was asked of it."""


class LogError(MallError, ValueError):
    """A ticket log that cannot be used as it is.

    code : which of the texts `fit.error` says so
    """

    def __init__(self, code: str, /, **values: object) -> None:
        self.code, self.key, self.values = code, f"fit.error.{code}", dict(values)
        super().__init__(say(self.key, "en", **values))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_log_error, (self.code, self.values))


def _log_error(code: str, values: dict[str, Any]) -> LogError:
    return LogError(code, **values)


class OutputError(MallError, OSError):
    """A result could not be written; what stood there before is untouched."""


def why(error: Exception) -> Phrase:
    """Return why the system refuses a file, as words in both languages."""
    number = getattr(error, "errno", None)
    key = _REASONS.get(number) if number else None
    if key:
        return Phrase(f"error.system.{key}")
    code = errno.errorcode.get(number, str(number)) if number else type(error).__name__
    return Phrase("error.system.other", {"code": code})


def refusal(error: MallError | OSError, lang: str) -> str:
    """Return what an error says in a language; the system's own are in none that we choose."""
    if isinstance(error, MallError):
        return error.say(lang)
    said = why(error)
    name = error.filename2 or error.filename
    return say("error.system_refuses", lang, file=name, why=said) if name else said.say(lang)


_REASONS = {
    errno.EACCES: "no_permission", errno.EPERM: "no_permission", errno.EROFS: "read_only",
    errno.ENOENT: "not_there", errno.EISDIR: "is_folder", errno.ENOTDIR: "no_folder",
    errno.EEXIST: "exists", errno.ENAMETOOLONG: "long_name", errno.ELOOP: "circle",
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EBUSY: "busy", errno.ETXTBSY: "busy",
    errno.EMFILE: "many_open", errno.ENFILE: "many_open", errno.EIO: "device",
    errno.EINVAL: "bad_name",
}  # fmt: skip
"""The refusals of a system that have words of their own; all have their code."""
