"""The command `mppsim`: parse, call, print."""

from sim.cli import studies, upkeep
from sim.cli.commands import app, main

__all__ = ["app", "main", "studies", "upkeep"]
