"""The compiled engine: the rules of the hall as Numba kernels over arrays.

The same rows as the reference engine, bit for bit. Nothing is imported or compiled before it is
used: `run.py` is the door, `tables.py` turns names into numbers, `instant.py` reads like
docs/rules.md, and each noun of the hall has a file of its own.
"""
