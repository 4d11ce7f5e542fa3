"""What stands in the way, since when, and what mends it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """Codes of causes; they are stable, since programs read them."""

    EXPIRED = "certificate_expired"
    NOT_YET_VALID = "certificate_not_yet_valid"
    UNFIT = "certificate_unfit"
    UNKNOWN_AUTHORITY = "authority_unknown"
    NOT_SIGNED = "not_signed_by_its_authority"
    AUTHORITY_INACTIVE = "authority_inactive"
    AUTO_REGISTRATION_OFF = "auto_registration_off"
    PROVISIONING_TEMPLATE = "authority_has_provisioning_template"
    RULE_MISSING = "rule_missing"
    RULE_DISABLED = "rule_disabled"
    RULE_OF_ANOTHER = "rule_for_another_authority"
    RULE_ELSEWHERE = "rule_to_another_queue"
    RULE_NOT_PERMITTED = "rule_not_permitted"
    QUEUE_MISSING = "queue_missing"
    CONSUMER_MISSING = "consumer_missing"
    CONSUMER_DISABLED = "consumer_disabled"
    CONSUMER_FAILS = "consumer_fails"
    FUNCTION_MISSING = "function_missing"
    FUNCTION_OFF = "function_switched_off"
    FUNCTION_NOT_PERMITTED = "function_not_permitted"
    FUNCTION_OF_OTHERS = "function_does_not_know_authority"
    DEAD_LETTER = "dead_letter"
    UNISSUED = "no_issuance_record"
    NOTHING_ISSUED = "nothing_issued_for_thing"
    DELETED = "deleted_since_it_was_registered"
    RECORD_BROKEN = "record_unreadable"
    WRONG_AUTHORITY = "record_of_another_authority"
    SECOND_CERTIFICATE = "second_certificate_refused"
    REFUSED = "refused"
    REPLACED = "replaced"
    DEACTIVATED = "deactivated"
    INACTIVE = "inactive"
    REVOKED = "revoked"
    TRANSFER = "pending_transfer"
    FAILING = "registration_fails"
    UNDER_WAY = "registration_under_way"
    HELD = "held_by_owner"
    NEVER_RETRIED = "pending_and_never_retried"
    THING_MISSING = "thing_missing"
    ON_ANOTHER_THING = "attached_to_another_thing"
    NOT_ATTACHED = "not_attached_to_its_thing"
    NO_POLICY = "no_policy"
    NO_CONNECT = "policy_without_connect"
    DENIED = "policy_denies_connect"
    CLIENT_ID = "client_id_is_not_the_thing"
    NO_OWN_TOPICS = "policy_without_own_topics"


@dataclass(frozen=True)
class Finding:
    """One cause.

    `says` is a sentence or two; `since` when it began, as far as that is known; `advice` what to do, in
    words, before the commands of `mend`, which are run in their order.
    """

    cause: Cause
    says: str
    since: datetime | None = None
    advice: str | None = None
    mend: tuple[str, ...] = ()
