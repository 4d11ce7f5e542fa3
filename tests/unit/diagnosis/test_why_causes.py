"""One cause after the other, judged without AWS: what is named first, and what is proposed."""

import shlex
from dataclasses import replace
from datetime import timedelta

import pytest

from contract import SecondCertificate
from jitr.diagnosis.diagnosis import Answer, diagnose
from jitr.diagnosis.facts import Attachment, Facts, Kind, LogLine, Question, RegisteredCa
from jitr.diagnosis.facts import Refusal as Refused
from jitr.diagnosis.finding import Cause
from jitr.diagnosis.json_form import fields
from jitr.diagnosis.part import Unread
from jitr.diagnosis.way import DeadLetter, DeadLetters, Denial, Rule
from jitr.diagnosis.words import lines
from jitr_stack.capacity import Capacity
from jitr_stack.quotas import Quotas
from records.record import IssuanceRecord
from records.state import State
from tests.unit.diagnosis.cases import (
    AGO,
    CA,
    CERTIFICATE,
    CONSUMER,
    DAY,
    DEVICE_POLICY,
    FRESH,
    FUNCTION,
    HOLDER,
    ID,
    LEAF,
    NOW,
    ONLINE,
    OTHER,
    OTHER_CA,
    PENDING,
    QUEUE,
    RECORD,
    RULE,
    THING,
    allow,
    authority,
    deny,
    held,
    way,
)

GROUP = "arn:aws:iot:eu-west-1:111122223333:thinggroup/quarantine"
DENIED = Denial("iot:UpdateCertificate", CERTIFICATE.arn)
LETTERS = DeadLetters((DeadLetter("m", AGO, "InvalidRecord", "It cannot be read."),), 1, 1)


def causes(facts: Facts) -> list[Cause]:
    return [finding.cause for finding in diagnose(facts).findings]


@pytest.mark.parametrize("facts", [FRESH, ONLINE], ids=["fresh", "online"])
def test_nothing_stands_in_the_way(facts: Facts) -> None:
    diagnosis = diagnose(facts)
    assert (diagnosis.answer, diagnosis.findings, diagnosis.unclear) == (Answer.NOTHING, (), ())


def record(state: State, reason: str | None = None) -> IssuanceRecord:
    claimed = NOW if state is State.ACTIVATING else None
    came = AGO if state is State.REGISTERED else None
    return replace(
        RECORD, state=state, reason=reason, updated_at=AGO, claimed_until=claimed, registered_at=came
    )


ON_THE_WAY_IN = [
    ({"leaf": replace(LEAF, not_after=NOW)}, Cause.EXPIRED),
    ({"leaf": replace(LEAF, not_before=NOW + DAY)}, Cause.NOT_YET_VALID),
    ({"leaf": replace(LEAF, unfit="it is signed with sha1")}, Cause.UNFIT),
    ({"authority": authority(held=None)}, Cause.UNKNOWN_AUTHORITY),
    ({"authority": authority(held=None, name=None, id=None)}, Cause.UNKNOWN_AUTHORITY),
    ({"authority": authority(signed=False)}, Cause.NOT_SIGNED),
    ({"authority": authority(held=RegisteredCa("INACTIVE", "DISABLE"))}, Cause.AUTHORITY_INACTIVE),
    ({"authority": authority(held=RegisteredCa("ACTIVE", "DISABLE"))}, Cause.AUTO_REGISTRATION_OFF),
    ({"authority": authority(held=RegisteredCa("ACTIVE", "ENABLE", "jitp"))}, Cause.PROVISIONING_TEMPLATE),
    ({"way": way(rules=())}, Cause.RULE_MISSING),
    ({"way": way(rules=(Rule("gone", own=True, there=False, payload={"sql": "x"}),))}, Cause.RULE_MISSING),
    ({"way": way(rules=(replace(RULE, disabled=True),))}, Cause.RULE_DISABLED),
    ({"way": way(rules=(replace(RULE, sql=RULE.sql.replace(CA, OTHER_CA)),))}, Cause.RULE_OF_ANOTHER),
    ({"way": way(rules=(replace(RULE, queues=()),))}, Cause.RULE_ELSEWHERE),
    ({"way": way(rule_denials=(Denial("sqs:SendMessage", QUEUE.arn),))}, Cause.RULE_NOT_PERMITTED),
    ({"way": way(queue=None)}, Cause.QUEUE_MISSING),
    ({"way": way(consumer=None)}, Cause.CONSUMER_MISSING),
    ({"way": way(consumer=replace(CONSUMER, state="Disabled"))}, Cause.CONSUMER_DISABLED),
    ({"way": way(consumer=replace(CONSUMER, result="PROBLEM: denied"))}, Cause.CONSUMER_FAILS),
    ({"way": way(function=None)}, Cause.FUNCTION_MISSING),
    ({"way": way(function=replace(FUNCTION, reserved=0))}, Cause.FUNCTION_OFF),
    ({"way": way(function=replace(FUNCTION, state="Failed"))}, Cause.FUNCTION_OFF),
    ({"way": way(function=replace(FUNCTION, authorities=frozenset({OTHER_CA})))}, Cause.FUNCTION_OF_OTHERS),
    ({"way": way(denials=(DENIED,))}, Cause.FUNCTION_NOT_PERMITTED),
    ({"record": None}, Cause.UNISSUED),
    ({"record": replace(RECORD, issuer=OTHER_CA)}, Cause.WRONG_AUTHORITY),
    ({"record": Unread("the issuance record", "serial is wrong", broken=True)}, Cause.RECORD_BROKEN),
    ({"record": record(State.REGISTERED)}, Cause.DELETED),
    ({"record": record(State.REVOKED)}, Cause.REVOKED),
    ({"record": record(State.DEACTIVATED)}, Cause.DEACTIVATED),
    ({"record": record(State.REPLACED)}, Cause.REPLACED),
    ({"record": record(State.REFUSED, "owner: stolen")}, Cause.REFUSED),
    ({"record": record(State.REFUSED, "second_certificate: It has one.")}, Cause.SECOND_CERTIFICATE),
    ({"holder": HOLDER, "second_certificate": SecondCertificate.REFUSE}, Cause.SECOND_CERTIFICATE),
    ({"holder": replace(HOLDER, issued_at=NOW)}, Cause.SECOND_CERTIFICATE),
    ({"way": way(dead_letters=LETTERS)}, Cause.DEAD_LETTER),
]


@pytest.mark.parametrize(("changes", "cause"), ON_THE_WAY_IN, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("facts", [FRESH, PENDING], ids=["fresh", "pending"])
def test_what_keeps_a_certificate_from_coming_in(facts: Facts, changes: dict, cause: Cause) -> None:
    assert causes(replace(facts, **changes)) == [cause]


ONCE_IT_IS_IN = [
    ({"leaf": replace(LEAF, not_after=NOW)}, Cause.EXPIRED),
    ({"certificate": replace(CERTIFICATE, status="INACTIVE")}, Cause.INACTIVE),
    ({"certificate": replace(CERTIFICATE, status="REVOKED")}, Cause.REVOKED),
    ({"certificate": replace(CERTIFICATE, status="PENDING_TRANSFER")}, Cause.TRANSFER),
    ({"thing": None}, Cause.THING_MISSING),
    ({"attached": (Attachment("pump-2"),)}, Cause.ON_ANOTHER_THING),
    ({"attached": ()}, Cause.NOT_ATTACHED),
    ({"policies": ()}, Cause.NO_POLICY),
    ({"policies": (held(allow("iot:Publish", "*")),)}, Cause.NO_CONNECT),
    ({"policies": (held(allow("iot:Connect", "client/pump-2")),)}, Cause.NO_CONNECT),
    ({"policies": (DEVICE_POLICY, held(deny("iot:*", "client/pump-?")))}, Cause.DENIED),
    ({"policies": (DEVICE_POLICY, held(deny("iot:Connect", "*"), target=GROUP))}, Cause.DENIED),
    ({"policies": (held(allow("iot:Connect", "*")),)}, Cause.NO_OWN_TOPICS),
    ({"question": Question(Kind.THING, THING, "pump-2")}, Cause.CLIENT_ID),
    ({"refusals": (Refused(AGO, "pump-2", "AUTHORIZATION_FAILURE"),)}, Cause.CLIENT_ID),
]


@pytest.mark.parametrize(("changes", "cause"), ONCE_IT_IS_IN, ids=lambda value: str(value)[:40])
def test_what_keeps_an_active_certificate_out(changes: dict, cause: Cause) -> None:
    assert causes(replace(ONLINE, **changes)) == [cause]


def test_a_thing_group_s_policy_lets_a_device_in() -> None:
    assert not causes(replace(ONLINE, policies=(replace(DEVICE_POLICY, target=GROUP),)))


def test_a_group_s_policy_does_not_count_for_a_connection_as_no_thing() -> None:
    policies = (replace(DEVICE_POLICY, target=GROUP),)
    assert causes(replace(ONLINE, attached=(), policies=policies)) == [Cause.NOT_ATTACHED]


def log(outcome: str, reason: str | None = None) -> tuple[LogLine, ...]:
    return (LogLine(AGO, outcome, reason, "What went wrong.", certificate_id=ID),)


WAITING = [
    ({}, Cause.NEVER_RETRIED),
    ({"log": log("held", "owner")}, Cause.HELD),
    ({"log": log("retried", "ThrottlingException")}, Cause.FAILING),
    ({"way": way(queue=replace(QUEUE, in_flight=3))}, Cause.UNDER_WAY),
    ({"record": record(State.ACTIVATING)}, Cause.UNDER_WAY),
    ({"certificate": replace(CERTIFICATE, status="PENDING_ACTIVATION", created=NOW)}, Cause.UNDER_WAY),
]


@pytest.mark.parametrize(("changes", "cause"), WAITING, ids=lambda value: str(value)[:40])
def test_a_certificate_that_waits_is_said_to_wait_for_something(changes: dict, cause: Cause) -> None:
    assert causes(replace(PENDING, **changes)) == [cause]


def test_the_log_tells_of_a_lost_permission_where_iam_may_not_be_asked() -> None:
    unasked = way(denials=Unread("the role", "denied"))
    facts = replace(PENDING, way=unasked, log=log("retried", "AccessDeniedException"))
    assert causes(facts) == [Cause.FUNCTION_NOT_PERMITTED]


def test_a_lost_event_is_told_with_the_last_that_was_logged() -> None:
    (finding,) = diagnose(replace(PENDING, log=log("dead", "ServiceUnavailableException"))).findings
    assert finding.cause is Cause.NEVER_RETRIED
    assert "dead, reason ServiceUnavailableException: What went wrong." in finding.says


def said_beside(facts: Facts) -> str:
    return "\n".join(lines(diagnose(facts)))


def test_an_active_certificate_that_its_record_wants_off_is_noted() -> None:
    revoked = record(State.REVOKED)
    assert "ACTIVE at AWS IoT, though its record says revoked" in said_beside(replace(ONLINE, record=revoked))


def test_an_authority_whose_devices_must_name_their_endpoint_is_noted() -> None:
    held_so = authority(held=RegisteredCa("ACTIVE", "ENABLE", mode="SNI_ONLY"))
    assert "must name its endpoint (SNI)" in said_beside(replace(FRESH, authority=held_so))


def test_authorities_of_the_same_subject_are_noted() -> None:
    assert "1 more of the account have the subject CN=CA" in said_beside(
        replace(FRESH, authority=authority(rivals=(OTHER_CA,)))
    )


def test_another_common_name_than_the_thing_s_is_noted() -> None:
    other = replace(LEAF, fields={"common_name": "serial-7"})
    assert "must connect with the client id pump-1" in said_beside(replace(ONLINE, leaf=other))


def test_a_subject_that_makes_no_thing_s_name_is_noted() -> None:
    nameless = replace(FRESH, record=None, holder=None, thing_name=None)
    assert "CN=pump-1 alone makes no thing's name" in said_beside(nameless)


def test_a_name_that_nothing_was_issued_for() -> None:
    facts = Facts(Question(Kind.THING, "nobody"), FRESH.place, NOW, None, "nobody")
    assert causes(facts) == [Cause.NOTHING_ISSUED]


def test_what_follows_from_a_cause_is_no_further_cause() -> None:
    closed = authority(state="closed", held=RegisteredCa("ACTIVE", "DISABLE"))
    assert causes(replace(FRESH, authority=closed, way=way(rules=()))) == [Cause.AUTO_REGISTRATION_OFF]
    assert causes(replace(ONLINE, thing=None, attached=())) == [Cause.THING_MISSING]
    forged = replace(FRESH, record=None, authority=authority(signed=False))
    assert causes(forged) == [Cause.NOT_SIGNED]
    strange = replace(FRESH, record=None, authority=authority(held=None, name=None, id=None))
    assert causes(strange) == [Cause.UNKNOWN_AUTHORITY]


def test_an_authority_s_state_does_not_matter_to_an_active_certificate() -> None:
    assert not causes(replace(ONLINE, authority=authority(held=RegisteredCa("INACTIVE", "DISABLE"))))


def test_a_certificate_of_an_authority_whose_certificates_need_no_record() -> None:
    function = replace(FUNCTION, adopted=frozenset({CA}))
    assert not causes(replace(FRESH, record=None, holder=None, way=way(function=function)))


def test_a_first_certificate_that_expired_keeps_no_thing() -> None:
    expired = replace(HOLDER, not_after=NOW)
    assert not causes(replace(FRESH, holder=expired, second_certificate=SecondCertificate.REFUSE))


def test_an_older_certificate_is_replaced_by_the_newer_one() -> None:
    older = replace(HOLDER, issued_at=AGO - DAY)
    assert not causes(replace(FRESH, holder=older, second_certificate=SecondCertificate.REPLACE))


def test_both_certificates_are_kept_where_the_environment_says_so() -> None:
    assert not causes(replace(FRESH, holder=HOLDER, second_certificate=SecondCertificate.KEEP_BOTH))


NEEDED_FOR_COMING_IN = [
    {"certificate": Unread("the certificate", "denied")},
    {"authority": Unread("the authority", "denied")},
    {"authority": authority(held=Unread("the authority", "denied"))},
    {"authority": None},
    {"authority": authority(signed=None)},
    {"record": Unread("the record", "denied")},
    {"holder": Unread("the holder", "denied")},
    *({"way": way(**{part: Unread(part, "denied")})} for part in ("rules", "rule_denials", "queue")),
    *({"way": way(**{part: Unread(part, "denied")})} for part in ("consumer", "function", "denials")),
    {"way": way(rules=(replace(RULE, sql=f"{RULE.sql} WHERE certificateStatus = 'x'"),))},
]


@pytest.mark.parametrize("changes", NEEDED_FOR_COMING_IN, ids=lambda changes: str(changes)[:60])
def test_nothing_is_not_said_of_what_could_not_be_seen(changes: dict) -> None:
    diagnosis = diagnose(replace(FRESH, **changes))
    assert diagnosis.answer is Answer.UNCLEAR
    assert diagnosis.unclear


BLURRED = [{part: Unread(part, "denied")} for part in ("attached", "thing", "policies")] + [
    {"thing_name": None},
    {"policies": (held(allow("iot:*", "*", Condition={"IpAddress": {"a": "b"}})),)},
]


@pytest.mark.parametrize("changes", BLURRED, ids=lambda changes: str(changes)[:60])
def test_nothing_is_not_said_of_an_active_certificate_either(changes: dict) -> None:
    assert diagnose(replace(ONLINE, **changes)).answer is Answer.UNCLEAR


def test_logs_that_cannot_be_read_are_said_and_change_nothing() -> None:
    diagnosis = diagnose(replace(ONLINE, log=Unread("the log", "denied")))
    assert (diagnosis.answer, [each.what for each in diagnosis.unread]) == (Answer.NOTHING, ["the log"])


def test_it_is_known_since_when() -> None:
    since = {
        cause: diagnose(replace(facts, **changes)).findings[0].since
        for facts, cases in ((FRESH, ON_THE_WAY_IN), (ONLINE, ONCE_IT_IS_IN), (PENDING, WAITING))
        for changes, cause in cases
    }
    assert since[Cause.EXPIRED] == NOW
    known = {cause for cause, when in since.items() if when == AGO}
    assert known >= {Cause.REVOKED, Cause.REFUSED, Cause.CONSUMER_DISABLED, Cause.DEAD_LETTER, Cause.INACTIVE}
    assert known >= {Cause.NEVER_RETRIED, Cause.HELD, Cause.FAILING}


@pytest.mark.parametrize(
    ("changes", "cause"), [*ON_THE_WAY_IN, *ONCE_IT_IS_IN], ids=lambda value: str(value)[:40]
)
def test_every_command_can_be_pasted_into_a_shell(changes: dict, cause: Cause) -> None:
    for facts in (FRESH, ONLINE):
        for finding in diagnose(replace(facts, **changes)).findings:
            for line in finding.mend:
                assert shlex.split(line)[0] in {"aws", "jitr", "npx"}


def test_an_authority_that_the_environment_closed_is_opened_there() -> None:
    closed = authority(state="retired", held=RegisteredCa("INACTIVE", "DISABLE"))
    (finding,) = diagnose(replace(FRESH, authority=closed)).findings
    assert "environments/prod.toml wants it so (state = 'retired')" in finding.says
    assert finding.mend[0] == "npx cdk deploy 'prod/*'"


def test_an_authority_of_nobody_s_environment_is_opened_by_hand() -> None:
    foreign = authority(name=None, state=None, held=RegisteredCa("ACTIVE", "ENABLE", "jitp"))
    finding = diagnose(replace(FRESH, authority=foreign)).findings[0]
    assert ["--remove-auto-registration" in line for line in finding.mend] == [True, False]


FOREIGN = replace(RULE, name="somebodys", own=False, queues=())


@pytest.mark.parametrize("own", [replace(RULE, disabled=True), replace(RULE, there=False)])
def test_somebody_else_s_rule_for_the_same_events_is_left_alone(own: Rule) -> None:
    (finding,) = diagnose(replace(FRESH, way=way(rules=(FOREIGN, own)))).findings
    assert RULE.name in finding.says
    assert not causes(replace(FRESH, way=way(rules=(FOREIGN, RULE))))


def test_what_came_from_outside_steers_neither_terminal_nor_shell() -> None:
    leaf = replace(LEAF, not_after=NOW)
    facts = replace(FRESH, leaf=leaf, thing_name="x; rm -rf \x1b[2J")
    diagnosis = diagnose(facts)
    assert shlex.split(diagnosis.findings[0].mend[0])[:3] == ["jitr", "sign", "x; rm -rf \x1b[2J.csr"]
    assert "\x1b" not in "".join(lines(diagnosis))


def test_a_group_s_policy_is_detached_from_the_group() -> None:
    policies = (DEVICE_POLICY, held(deny("iot:Connect", "*"), target=GROUP))
    (finding,) = diagnose(replace(ONLINE, policies=policies)).findings
    assert "own of thing group quarantine" in finding.says
    assert f"--target {GROUP}" in finding.mend[0]


def test_the_words_name_what_was_asked_what_is_wrong_and_what_to_do() -> None:
    said = "\n".join(lines(diagnose(replace(ONLINE, policies=()))))
    assert said.startswith(f"{THING}: certificate {ID[:12]}…, ACTIVE, record registered, authority fleet")
    assert "$ aws iot attach-policy --policy-name device" in said


def test_json_has_the_same_keys_whatever_is_known() -> None:
    nothing_known = Facts(Question(Kind.THING, "nobody"), FRESH.place, NOW, None, None)
    assert fields(diagnose(nothing_known)).keys() == fields(diagnose(ONLINE)).keys()


def test_other_certificates_that_were_looked_at_in_vain_are_said() -> None:
    letters = DeadLetters((), looked_at=30, about_in_all=500)
    said = "\n".join(lines(diagnose(replace(FRESH, way=way(dead_letters=letters)))))
    assert "of about 500 dead letters 30 were looked at" in said


@pytest.mark.parametrize(
    ("passed", "said"),
    [(timedelta(seconds=5), "5 s ago"), (timedelta(minutes=1), "1 minute ago"), (3 * DAY, "3 days ago")],
)
def test_it_is_said_how_long_ago_it_began(passed: timedelta, said: str) -> None:
    off = replace(CERTIFICATE, status="INACTIVE", changed=NOW - passed)
    assert f"({said})" in "\n".join(lines(diagnose(replace(ONLINE, certificate=off))))


def test_an_event_source_mapping_that_is_made_again_has_the_environment_s_limits() -> None:
    capacity = Capacity.of(Quotas(), groups=0, fleet=1000, asks_owner=False)
    (finding,) = diagnose(replace(FRESH, capacity=capacity, way=way(consumer=None))).findings
    assert f"--batch-size {capacity.batch} " in finding.mend[0]
    assert f"--scaling-config MaximumConcurrency={capacity.concurrency} " in finding.mend[0]


def test_a_second_certificate_may_take_the_place_of_the_first_which_stays_in_until_then() -> None:
    facts = replace(FRESH, holder=HOLDER, second_certificate=SecondCertificate.REFUSE)
    (finding,) = diagnose(facts).findings
    assert finding.mend == (f"jitr device replace {THING} {ID} -e prod",)


def test_a_certificate_that_an_operator_chose_to_replace_the_first_is_not_refused() -> None:
    chosen = replace(RECORD, supersedes=OTHER)
    assert not causes(
        replace(FRESH, record=chosen, holder=HOLDER, second_certificate=SecondCertificate.REFUSE)
    )


def test_of_a_certificate_that_may_not_be_read_nothing_is_said_that_depends_on_its_status() -> None:
    unread = replace(ONLINE, certificate=Unread("the certificate", "AccessDenied"))
    assert (diagnose(unread).answer, diagnose(unread).findings) == (Answer.UNCLEAR, ())
