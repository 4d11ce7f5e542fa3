"""Just-in-time registration: from AWS IoT's event about an unknown certificate to an ACTIVE device."""
