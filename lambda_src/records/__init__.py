"""Issuance records: what the authority has signed, and what became of each certificate."""
