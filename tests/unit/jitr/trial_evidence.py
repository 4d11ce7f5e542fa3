"""What a trial shows where everything is in order."""

from jitr.trial.evidence import Evidence

SEEN = Evidence(
    certificate_id="ab" * 32,
    ca_certificate_id="cd" * 32,
    thing_name="zymkey-1",
    first_connect="dropped",
    active_ms=400,
    publish_ms=450,
    own_topic="accepted",
    foreign_topic="refused",
    https_own_topic="accepted",
    https_foreign_topic="refused",
    key_holder="SoftHSM2",
)
