"""Experiments: the flow, run often. They call load, sample, simulate and measure, and no more."""
