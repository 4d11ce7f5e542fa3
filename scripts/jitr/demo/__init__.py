"""`jitr demo`: from nothing to a device online, on a local AWS of its own."""
