"""The command `mppsim`: parse, call, print."""

from sim.cli import studies
from sim.cli.commands import app, main

__all__ = ["app", "main", "studies"]
