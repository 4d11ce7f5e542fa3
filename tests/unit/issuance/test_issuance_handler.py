"""The issuance function, called as AWS Lambda calls it."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws

from contract import Custody, KeyAlgorithm, Variable
from issuance import handler
from issuance.settings import REGION, read_settings
from pki.authority import authority_certificate, subject_name
from pki.custody import SecretsManagerCustody
from pki.identity import certificate_id, pem
from provisioning.template import ProvisioningTemplate
from records.provisioning import Provisioning
from records.table import IssuanceRecords
from tests.unit.certificate_authority import factory
from tests.unit.issuance.account import TABLE, make_table
from tests.unit.pki import forging as forge
from tests.unit.pki.moto_clients import client

PARAMETER = "/jitr/test/authorities/main/certificate"
CSR = forge.request_pem(forge.common_name("device-1"))


@pytest.fixture
def ca(monkeypatch: pytest.MonkeyPatch) -> Iterator[x509.Certificate]:
    """An account with an authority, whose key is in a secret, and the function's environment."""
    monkeypatch.setattr(handler, "_connect", client)
    with mock_aws():
        make_table(client("dynamodb"))
        yield deployed(monkeypatch, timedelta(days=3650))
    handler._workplace.cache_clear()


def deployed(monkeypatch: pytest.MonkeyPatch, validity: timedelta) -> x509.Certificate:
    """Deploy the function anew, with an authority of its own."""
    handler._workplace.cache_clear()
    secrets = client("secretsmanager")
    secret = secrets.create_secret(Name=f"authority-{validity}", SecretString="random, no key")["ARN"]
    key = SecretsManagerCustody(secrets, secret).create_key(KeyAlgorithm.P256)
    ca = authority_certificate(key, subject_name({"common_name": "Fleet"}), validity)
    client("ssm").put_parameter(Name=PARAMETER, Value=pem(ca), Type="String", Overwrite=True)
    variables = {
        Variable.AUTHORITY_CUSTODY: Custody.SECRETS_MANAGER,
        Variable.AUTHORITY_KEY: secret,
        Variable.AUTHORITY_CERTIFICATE_PARAMETER: PARAMETER,
        Variable.AUTHORITY_CERTIFICATE_ID: certificate_id(ca),
        Variable.ISSUANCE_RECORDS: TABLE,
        Variable.LEAF_VALIDITY_DAYS: "365",
        Variable.ENVIRONMENT: "test",
        Variable.ACCOUNT_ID: "123456789012",
        Variable.PROVISIONING_TEMPLATE: ProvisioningTemplate().to_json(),
        REGION: "eu-west-1",
    }
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    return ca


def test_a_request_gets_certificate_and_authority(ca: x509.Certificate) -> None:
    answer = handler.handle({"csr": CSR}, None)

    leaf = x509.load_pem_x509_certificate(answer["certificate"].encode())
    leaf.verify_directly_issued_by(ca)
    assert answer == {
        "thing_name": "device-1",
        "certificate_id": certificate_id(leaf),
        "ca_certificate_id": certificate_id(ca),
        "certificate": pem(leaf),
        "ca_certificate": pem(ca),
        "chain": [],
        "not_after": leaf.not_valid_after_utc.isoformat(),
    }


def test_what_was_issued_is_recorded(ca: x509.Certificate) -> None:
    answer = handler.handle({"csr": CSR}, None)

    record = IssuanceRecords(client("dynamodb"), TABLE).find(answer["certificate_id"])
    assert record is not None
    assert record.thing_name == "device-1"


def test_the_same_request_gets_the_same_answer(ca: x509.Certificate) -> None:
    assert handler.handle({"csr": CSR}, None) == handler.handle({"csr": CSR}, None)


def test_answers_can_be_sent_as_json(ca: x509.Certificate) -> None:
    answer = handler.handle({"csr": CSR}, None)

    assert json.loads(json.dumps(answer)) == answer


def test_one_line_says_what_was_issued(ca: x509.Certificate, capsys: pytest.CaptureFixture[str]) -> None:
    answer = handler.handle({"csr": CSR}, None)

    line = json.loads(capsys.readouterr().out)
    assert (line["Operation"], line["Outcome"]) == ("issuance", "issued")
    assert (line["certificate_id"], line["thing_name"]) == (answer["certificate_id"], "device-1")


def test_a_refused_request_is_answered_with_code_and_text(
    ca: x509.Certificate, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = handler.handle({"csr": forge.request_pem(forge.common_name("no/slash"))}, None)

    line = json.loads(capsys.readouterr().out)
    assert answer["refused"]["reason"] == "bad_thing_name"
    assert "1 to 128" in answer["refused"]["message"]
    assert (line["Outcome"], line["Reason"]) == ("refused", "bad_thing_name")


def with_template(monkeypatch: pytest.MonkeyPatch, template: ProvisioningTemplate) -> None:
    """Deploy the function anew, with a template."""
    handler._workplace.cache_clear()
    monkeypatch.setenv(Variable.PROVISIONING_TEMPLATE, template.to_json())


PUMP = ProvisioningTemplate(
    thing_name="${environment.name}-${subject.common_name}",
    thing_type="zymkey",
    groups=("fleet",),
    billing_group="works",
    attributes={"serial": "${record.serial}", "account": "${environment.account}"},
)


def prepare_iot() -> None:
    """Create what the template names."""
    client("iot").create_thing_type(thingTypeName="zymkey")
    client("iot").create_thing_group(thingGroupName="fleet")
    client("iot").create_billing_group(billingGroupName="works")


def test_what_the_thing_becomes_is_settled_and_recorded(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_iot()
    with_template(monkeypatch, PUMP)

    answer = handler.handle({"csr": CSR}, None)

    leaf = x509.load_pem_x509_certificate(answer["certificate"].encode())
    record = IssuanceRecords(client("dynamodb"), TABLE).find(answer["certificate_id"])
    assert record is not None
    assert answer["thing_name"] == record.thing_name == "test-device-1"
    assert record.provisioning == Provisioning(
        thing_type="zymkey",
        groups=("fleet",),
        billing_group="works",
        attributes={"serial": f"{leaf.serial_number:x}", "account": "123456789012"},
    )


def test_a_later_template_changes_nothing_of_what_was_signed(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = handler.handle({"csr": CSR}, None)
    with_template(monkeypatch, PUMP)

    assert handler.handle({"csr": CSR}, None) == signed


@pytest.mark.parametrize(
    ("template", "reason", "text"),
    [
        (
            ProvisioningTemplate(attributes={"at": "${subject.locality}"}),
            "bad_provisioning",
            "attributes.at: '${subject.locality}' needs a subject with exactly one locality",
        ),
        (
            ProvisioningTemplate(thing_name="${subject.title}"),
            "bad_thing_name",
            "thing_name: '${subject.title}' needs a subject with exactly one title",
        ),
        (PUMP, "missing_thing_type", "thing_type: AWS IoT has no thing type zymkey; create it"),
    ],
)
def test_a_request_that_the_template_does_not_fit_is_refused_and_leaves_no_record(
    ca: x509.Certificate,
    monkeypatch: pytest.MonkeyPatch,
    template: ProvisioningTemplate,
    reason: str,
    text: str,
) -> None:
    with_template(monkeypatch, template)

    refused = handler.handle({"csr": CSR}, None)["refused"]

    assert refused["reason"] == reason
    assert refused["message"].startswith(text)
    assert client("dynamodb").scan(TableName=TABLE)["Count"] == 0


@pytest.mark.parametrize(
    "common_name",
    ["with space", "dollar$", "star*", "question?", "plus+", "hash#", "slash/", "gerät", "\u0663"],
)
def test_by_default_the_common_name_must_be_a_thing_s_name(ca: x509.Certificate, common_name: str) -> None:
    answer = handler.handle({"csr": forge.request_pem(forge.common_name(common_name))}, None)

    assert answer["refused"]["reason"] == "bad_thing_name"


def test_where_things_are_named_otherwise_the_common_name_may_be_anything(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_template(monkeypatch, ProvisioningTemplate(thing_name="${record.serial}"))

    answer = handler.handle({"csr": forge.request_pem(forge.common_name("Gerät 1"))}, None)

    leaf = x509.load_pem_x509_certificate(answer["certificate"].encode())
    assert answer["thing_name"] == f"{leaf.serial_number:x}"


@pytest.mark.parametrize(
    "event", [None, [], "csr", {}, {"csr": None}, {"csr": 5}, {"csr": ["x"]}, {"CSR": CSR}]
)
def test_events_that_hold_no_request_are_refused(event: object) -> None:
    assert handler.handle(event, None)["refused"]["reason"] == "malformed"


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.dictionaries(st.sampled_from(["csr", "x"]), inner),
    )
)
def test_no_event_makes_the_function_fail(event: object) -> None:
    assert handler.handle(event, None)["refused"]["reason"] in {"malformed", "too_large"}


def test_an_authority_near_its_end_refuses_and_says_so(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(monkeypatch, timedelta(hours=23))

    answer = handler.handle({"csr": CSR}, None)

    assert answer["refused"]["reason"] == "authority_ending"
    assert "CN=Fleet" in answer["refused"]["message"]


def test_a_fault_of_aws_is_raised(ca: x509.Certificate) -> None:
    client("dynamodb").delete_table(TableName=TABLE)

    with pytest.raises(ClientError):
        handler.handle({"csr": CSR}, None)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(KeyError, match="AUTHORITY_CUSTODY"):
        read_settings({})


def test_the_authorities_above_the_issuer_come_with_the_certificate_but_not_the_root(
    ca: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = factory.authority("Root")
    key = SecretsManagerCustody(client("secretsmanager"), os.environ[Variable.AUTHORITY_KEY]).signing_key()
    issuing = factory.certify(factory.named("Issuing"), key.public_key(), root)
    text = pem(issuing) + root.pem
    client("ssm").put_parameter(Name=PARAMETER, Value=text, Type="String", Overwrite=True)
    monkeypatch.setenv(Variable.AUTHORITY_CERTIFICATE_ID, certificate_id(issuing))

    answer = handler.handle({"csr": CSR}, None)

    x509.load_pem_x509_certificate(answer["certificate"].encode()).verify_directly_issued_by(issuing)
    assert answer["ca_certificate"] == pem(issuing)
    assert answer["chain"] == [pem(issuing)]
