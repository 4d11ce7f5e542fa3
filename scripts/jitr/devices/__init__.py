"""Devices at the operator's desk: found, looked at, put out, let in again."""
