"""Measurements, made in one run by one command: `make bench`."""
