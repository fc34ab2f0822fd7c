"""The command `mppsim`: parse, call, print."""

from sim.cli import fitting, joins, studies, upkeep
from sim.cli.commands import app, main

__all__ = ["app", "fitting", "joins", "main", "studies", "upkeep"]
