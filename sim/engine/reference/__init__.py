"""The reference engine: the rules of the hall on SimPy, written to be read."""

from sim.engine.reference.day import play

__all__ = ["play"]
