"""What signing a factory's lot costs: ours, the tutorial's loop, and what OpenSSL and KMS allow at most."""
