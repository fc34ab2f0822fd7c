"""Small malls for tests, by their short names."""

from sim.verification.malls import clock, mall, scenario_of, text_of, us, workload_of

__all__ = ["clock", "mall", "scenario_of", "text_of", "us", "workload_of"]
