"""Reading what AWS holds about a certificate and its way in: side by side, and each part on its own."""
