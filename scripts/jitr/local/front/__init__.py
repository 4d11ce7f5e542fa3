"""What devices use of AWS IoT and MiniStack does not serve, for local runs only: HTTPS publish, and port 443.

It runs inside MiniStack's process, so that a request meets the very registry, policies, topic rules and
subscribers that MQTT meets. `ministack` holds all that is known of MiniStack's inside, `listeners` the TLS
connections, `protocols` what each port speaks, `conversation` HTTP, `publication` what a request means.
"""
