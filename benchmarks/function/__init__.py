"""A function by itself, in a process of its own, with an AWS that answers at once: what its code costs."""
