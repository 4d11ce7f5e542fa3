"""The `jitr` command: what people run, against a real account or the local AWS."""
