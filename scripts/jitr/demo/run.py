"""The demo from its beginning to its end: what is started here is stopped here."""

import json
import os
import secrets
import shutil
import sys
from pathlib import Path

from jitr import endpoints
from jitr.demo.afterwards import say_how_to_go_on, shown
from jitr.demo.deployment import Deployment
from jitr.demo.guard import alone
from jitr.failure import FailureError
from jitr.interruption import interruptible, uninterrupted
from jitr.local import PREFERRED, LocalAws
from jitr.options import CHECKOUT
from jitr.target import Target
from jitr.trial import device_run, key
from jitr.trial.evidence import Evidence
from jitr.trial.mqtt import Device
from jitr.trial.programs import run as run_program
from jitr.trial.timeline import Timeline
from jitr_stack.settings import load

ENVIRONMENT = "local"
BUILD = CHECKOUT / "build"
JITR = Path(sys.executable).parent / "jitr"


def run(*, keep: bool, build: Path = BUILD) -> None:
    """Run the demo and write `build`/demo.json; everything of the local AWS lies in `build`/demo.

    Raises:
        FailureError: something was not seen as it must be.
        KeyboardInterrupt: somebody stopped it (Ctrl-C, SIGTERM or SIGHUP).
    """
    timeline, folder, result = Timeline.for_stdout(), build / "demo", build / "demo.json"
    with alone(build), interruptible():
        _clear(folder, result)
        timeline.heading("Just-in-time registration: from nothing to a device online")
        try:
            aws = _local_aws(timeline, folder)
            evidence = _register(timeline, aws, folder)
            evidence.save(result)
            _judge(evidence)
            seconds = evidence.publish_ms / 1000
            timeline.heading(f"Online {seconds:.1f} s after the first CONNECT; all of it in {shown(result)}")
        except KeyboardInterrupt:
            keep = False
            raise
        except Exception as error:
            raise FailureError(_with_log(error, folder)) from error
        finally:
            _finish(timeline, folder, keep=keep)


def _register(timeline: Timeline, aws: LocalAws, folder: Path) -> Evidence:
    device_folder = folder / "device"
    deployment = Deployment(aws, folder)
    with deployment.start_bootstrap() as bootstrap:
        device_key = _device_key(timeline, device_folder)
        thing_name = f"zymkey-{secrets.token_hex(3)}"
        _csr(timeline, device_key, thing_name, device_folder)
        with timeline.step("cdk bootstrap", "preparing the account for the CDK") as step:
            bootstrap.wait()
            step.outcome = "the account is ready for the CDK"
    with timeline.step(
        "cdk deploy", f"deploying '{ENVIRONMENT}/*' (authority, issuance, registration …)"
    ) as step:
        deployment.deploy(ENVIRONMENT)
        step.outcome = f"'{ENVIRONMENT}/*': {_count(aws)} resources, the authority's key in KMS"
    certificate_id = _sign(timeline, aws, device_folder)
    target = Target(load(ENVIRONMENT), aws.session(), aws)
    device = Device(thing_name, device_key, device_folder / "zymkey.crt", endpoints.find(target))
    timeline.heading(f"The device {thing_name} connects (times from its first CONNECT)")
    return device_run.run(device, target.iot, certificate_id, timeline)


def _local_aws(timeline: Timeline, folder: Path) -> LocalAws:
    with timeline.step("local AWS", "starting MiniStack") as step:
        aws = LocalAws.start(folder, preferred=PREFERRED)
        step.outcome = (
            f"up: API 127.0.0.1:{aws.gateway_port}, MQTT localhost:{aws.mqtt_port},"
            f" HTTPS localhost:{aws.https_port}; policies enforced"
        )
    for replaced in PREFERRED.replaced(aws.state.ports):
        timeline.note(replaced)
    return aws


def _device_key(timeline: Timeline, folder: Path) -> key.DeviceKey:
    folder.mkdir()
    with timeline.step("device key", "making the device's key") as step:
        device_key = key.choose(folder)
        device_key.make()
        step.outcome = device_key.label
    return device_key


def _csr(timeline: Timeline, device_key: key.DeviceKey, thing_name: str, folder: Path) -> None:
    with timeline.step("CSR", "making the certificate signing request") as step:
        key.make_csr(device_key, thing_name, folder / "zymkey.csr")
        step.outcome = f"scripts/device/make_csr --thing-name {thing_name}"


def _sign(timeline: Timeline, aws: LocalAws, folder: Path) -> str:
    """Have the deployed authority sign, by the command that a person would use; give the certificate's id."""
    with timeline.step("jitr sign", "having the CSR signed by the deployed authority") as step:
        said = run_program(
            [JITR, "sign", "zymkey.csr", "zymkey.crt", "--json", "--environment", ENVIRONMENT],
            log=folder / "sign.log",
            cwd=folder,
            env=os.environ | {"JITR_LOCAL": str(aws.folder)},
        )
        signed = json.loads(said)
        step.outcome = f"certificate {signed['certificate_id'][:12]}… signed by the deployed authority"
    return str(signed["certificate_id"])


def _judge(evidence: Evidence) -> None:
    if wrong := evidence.unexpected():
        raise FailureError("; ".join(wrong))


def _count(aws: LocalAws) -> int:
    cloudformation = aws.session().client("cloudformation")
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=f"{ENVIRONMENT}-jitr")
    return sum(len(page["StackResourceSummaries"]) for page in pages)


def _with_log(error: Exception, folder: Path) -> str:
    aws = LocalAws.running(folder)
    if aws is None or "\n" in str(error):  # it brings a log of its own
        return str(error)
    return f"{error}\nThe end of {aws.log}:\n{aws.log_tail()}"


def _finish(timeline: Timeline, folder: Path, *, keep: bool) -> None:
    """Stop what is up, found by its folder, so that it does not matter how far the start had come."""
    aws = LocalAws.running(folder)
    if aws is not None and keep:
        say_how_to_go_on(timeline, aws)
    elif aws is not None:
        with uninterrupted():
            aws.stop()


def _clear(folder: Path, result: Path) -> None:
    if earlier := LocalAws.running(folder):
        earlier.stop()  # kept by an earlier demo
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    result.unlink(missing_ok=True)
