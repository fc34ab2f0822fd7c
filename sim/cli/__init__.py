"""The command `mppsim`: parse, call, print."""

from sim.cli import joins, studies, upkeep
from sim.cli.commands import app, main

__all__ = ["app", "joins", "main", "studies", "upkeep"]
