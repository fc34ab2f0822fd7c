"""Inputs that nobody means are read or refused in words; what `tests/fuzz.py` makes of a number."""

from __future__ import annotations

from pathlib import Path

import fuzz
import pytest

SMALL, FILES = 10_000, 500
"""Inputs of one long test."""


def test_two_thousand_small_inputs_end_in_a_scenario_or_in_words() -> None:
    found = {fuzz.read_small(number) for number in range(2_000)}
    assert found == {"accepted", "refused"}


@pytest.mark.filterwarnings("error")
def test_a_hundred_whole_files_end_in_what_they_say_or_in_words(tmp_path: Path) -> None:
    found = {fuzz.read_file(number, tmp_path) for number in range(100)}
    assert {"scenario accepted", "scenario refused", "log accepted", "log refused"} <= found


def test_an_input_is_made_again_from_its_number(tmp_path: Path) -> None:
    for number in range(20):
        first, again = (tmp_path / name for name in ("first", "again"))
        for folder in (first, again):
            folder.mkdir(exist_ok=True)
        kind, path = fuzz.whole_file(number, first)
        same, other = fuzz.whole_file(number, again)
        assert kind == same
        assert kind == "packed" or path.read_bytes() == other.read_bytes()


@pytest.mark.long
@pytest.mark.parametrize("part", range(100))
def test_ten_thousand_small_inputs(part: int) -> None:
    """A million in all."""
    for number in range(part * SMALL, (part + 1) * SMALL):
        _told(number, lambda: fuzz.read_small(number))  # noqa: B023


@pytest.mark.long
@pytest.mark.parametrize("part", range(40))
def test_five_hundred_whole_files(part: int, tmp_path: Path) -> None:
    """Twenty thousand in all."""
    for number in range(part * FILES, (part + 1) * FILES):
        _told(number, lambda: fuzz.read_file(number, tmp_path))  # noqa: B023


def _told(number: int, read: object) -> None:
    try:
        read()  # type: ignore[operator]
    except Exception as error:
        raise AssertionError(f"input {number}") from error
