"""Issuance records of certificates that were signed elsewhere with an authority's key."""
