"""Measurements and trials, each made in one run by one command: `make bench` and `make soak`."""
