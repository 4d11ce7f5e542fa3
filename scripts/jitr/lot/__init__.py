"""Signing in bulk: a factory's lot of requests, signed by an authority in files or by the deployed one."""
