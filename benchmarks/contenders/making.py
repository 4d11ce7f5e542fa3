"""Puts every contender on a site: authority, function, rule, and queue where it has one."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks.contenders import AWS_DEFAULT, FLOOR, FLOOR_DIRECT, OURS, OURS_DIRECT, Contender
from benchmarks.fleet.deployment import AUTHORITY
from benchmarks.fleet.identity import Identity, Signer
from benchmarks.fleet.recording import record
from benchmarks.site import Site
from benchmarks.wiring import Function, Wiring, zipped, zipped_file
from contract import Variable
from jitr.target import Target
from pki.authority import verification_certificate
from pki.identity import pem

FOLDER = Path(__file__).resolve().parent
NODE_RUNTIME = "nodejs24.x"
ANY_CLIENT = """{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/*"}
]}"""
"""The floor's device policy."""


def every_contender(site: Site) -> list[Contender]:
    """Make them all, in the order in which they take turns."""
    return [
        ours(site),
        floor(site, queued=True),
        aws_default(site),
        ours_direct(site),
        floor(site, queued=False),
    ]


def ours(site: Site) -> Contender:
    """Give ours as `cdk deploy` made it."""
    authority = Signer.exported(site.target, AUTHORITY)
    return Contender(OURS, authority, site.ours["FunctionName"], _recorded(site, authority))


def ours_direct(site: Site) -> Contender:
    """Make ours again without its queue: the deployed code, role and variables, and another authority."""
    wiring, authority = Wiring(site.target.session), _registered(site.target, OURS_DIRECT)
    adapter = FOLDER / "ours_direct" / "direct.py"
    function = Function(
        name="bench-ours-direct",
        runtime=site.ours["Runtime"],
        handler="direct.handle",
        code=zipped({adapter.name: adapter.read_bytes()}, beside=site.our_code),
        role=site.ours["Role"],
        variables=site.ours["Environment"]["Variables"] | {str(Variable.CA_CERTIFICATE_IDS): authority.id},
    )
    wiring.direct(function.name, wiring.function(function), authority.id)
    return Contender(OURS_DIRECT, authority, function.name, _recorded(site, authority))


def floor(site: Site, *, queued: bool) -> Contender:
    """Make the floor, behind a queue that is polled as ours is, or without one."""
    title, name = (FLOOR, "bench-floor") if queued else (FLOOR_DIRECT, "bench-floor-direct")
    wiring, authority = Wiring(site.target.session), _registered(site.target, title)
    site.target.iot.create_policy(policyName=name, policyDocument=ANY_CLIENT)
    source = FOLDER / "floor" / "handler.py"
    function = Function(
        name=name,
        runtime=site.ours["Runtime"],
        handler="handler.handle",
        code=zipped_file(source),
        role=wiring.role(name, "lambda.amazonaws.com", ["iot:AttachPolicy", "iot:UpdateCertificate"]),
        variables={"DEVICE_POLICY": name},
    )
    arn = wiring.function(function)
    if queued:
        wiring.queued(name, arn, authority.id, site.our_poller)
    else:
        wiring.direct(name, arn, authority.id)
    return Contender(title, authority, name)


def aws_default(site: Site) -> Contender:
    """Make AWS's default activation function, directly behind its rule as AWS shows it."""
    wiring, authority = Wiring(site.target.session), _registered(site.target, AWS_DEFAULT)
    source = FOLDER / "aws_default" / "index.mjs"
    actions = ["iot:CreatePolicy", "iot:AttachPrincipalPolicy", "iot:UpdateCertificate"]
    function = Function(
        name="bench-aws-default",
        runtime=NODE_RUNTIME,
        handler="index.handler",
        code=zipped_file(source),
        role=wiring.role("bench-aws-default", "lambda.amazonaws.com", actions),
        variables={},
    )
    wiring.direct(function.name, wiring.function(function), authority.id)
    return Contender(AWS_DEFAULT, authority, function.name)


def _registered(target: Target, contender: str) -> Signer:
    """Make an authority and register it, open to devices that come just in time."""
    authority = Signer.unknown(f"{contender}: device CA")
    code = target.iot.get_registration_code()["registrationCode"]
    verification = verification_certificate(authority.certificate, authority.key, code)
    target.iot.register_ca_certificate(
        caCertificate=authority.certificate.public_bytes(Encoding.PEM).decode(),
        verificationCertificate=pem(verification),
        setAsActive=True,
        allowAutoRegistration=True,
    )
    return authority


def _recorded(site: Site, authority: Signer) -> Callable[[Sequence[Identity]], None]:
    return partial(record, site.target, issuer=authority.id)
