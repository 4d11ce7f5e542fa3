"""Dead letters: shown, sent back into the registration queue, or buried for good."""
