"""The device's side of just-in-time registration: Python 3.9+ standard library, openssl, curl, mosquitto_pub.

The folder `scripts/device` is complete in itself and may be copied to a device alone, so nothing in here
imports from the rest of the project, and modules import each other relatively.
"""
