"""`python -m sim.cli` is `mppsim`."""

from sim.cli import main

main()
