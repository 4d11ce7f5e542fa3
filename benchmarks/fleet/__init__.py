"""Devices by the hundred: made offline, connecting over real mutual TLS, looked up at AWS IoT afterwards."""
