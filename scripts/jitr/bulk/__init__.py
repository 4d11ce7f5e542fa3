"""Certificates or signing requests by the ten thousand: read one by one, shown, and the bad ones named."""
