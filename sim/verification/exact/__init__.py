"""Exact answers of queueing theory, and what a log says beside them."""
