"""A device put to the test: its key, its request, its connections and messages, and what was seen of them."""
