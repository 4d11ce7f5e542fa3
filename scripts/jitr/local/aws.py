"""A local AWS of one's own: started in a folder, found again by that folder, stopped with all it started."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from jitr.failure import FailureError
from jitr.files import write
from jitr.local import ports as ports_
from jitr.local import readiness, server, state
from jitr.local.process import CHECKED_EVERY, Process

if TYPE_CHECKING:
    import boto3

ACCOUNT = "000000000000"
REGION = "us-east-1"
ATTEMPTS = 3  # two instances that start together may choose the same free port
LOG_LINES = 15


class LocalAwsError(FailureError):
    """The local AWS could not be started or stopped."""


@dataclass(frozen=True)
class LocalAws:
    """A running local AWS. As a context manager it is stopped at the end.

    `folder` holds everything of it: state, log, certificates, its temporary files.
    """

    folder: Path
    state: state.State

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        preferred: ports_.Ports | None = None,
        region: str = REGION,
        server_module: str = server.__name__,
    ) -> Self:
        """Start one in `folder` and wait until it answers.

        Without `preferred`, or where a preferred port is taken, it gets free ports. A server that this folder
        already has is stopped first; nobody else's is ever touched. `server_module` is what `python -m` runs:
        the server, or one that wraps it.

        Raises:
            LocalAwsError: with the end of the server's log.
        """
        folder = folder.resolve()
        if earlier := cls.running(folder):
            earlier.stop()
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        failed = "never tried"
        for _ in range(ATTEMPTS):
            aws = cls._launch(folder, ports_.choose(preferred), region, server_module)
            try:
                readiness.wait(aws.state.ports, aws.certificate, alive=aws.state.process.alive)
                write(aws.iot_ca, readiness.get(aws.gateway_port, "/_ministack/iot/ca.pem", aws.certificate))
            except (readiness.NotReadyError, OSError) as error:
                failed = f"{error}\n{aws.log_tail()}"
                aws.stop()
            except BaseException:
                aws.stop()
                raise
            else:
                return aws
        raise LocalAwsError(f"the local AWS did not come up: {failed}")

    @classmethod
    def running(cls, folder: Path) -> Self | None:
        """Find the one that runs in `folder`; what an ended one left written down is removed."""
        folder = folder.resolve()
        kept = state.load(folder)
        if kept is None or not kept.process.alive():
            state.forget(folder)
            return None
        return cls(folder, kept)

    @classmethod
    def _launch(cls, folder: Path, ports: ports_.Ports, region: str, server_module: str) -> Self:
        with (folder / "ministack.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", server_module],
                env=server.environment(folder, ports, region),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # out of reach of the starter's Ctrl-C; its children are one group
            )
        process = Process.of(child.pid) or Process(child.pid, "ended at once")
        child.returncode = (
            0  # from here on the process is known by its state, also to those who did not start it
        )
        launched = cls(folder, state.State(process, ports, region))
        launched.state.save(folder)
        return launched

    def stop(self) -> None:
        """End the server and its functions, and wait until their ports are free.

        Raises:
            LocalAwsError: it is another user's, and runs on.
        """
        self.state.process.end()
        if self.state.process.alive():
            raise LocalAwsError(
                f"{self.folder}: process {self.state.process.pid} cannot be ended; who started it can"
            )
        until = time.monotonic() + readiness.PATIENCE
        while not self.state.ports.free() and time.monotonic() < until:
            time.sleep(CHECKED_EVERY)
        if state.load(self.folder) == self.state:
            state.forget(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def gateway_port(self) -> int:
        """Port of the AWS API."""
        return self.state.ports.gateway

    @property
    def mqtt_port(self) -> int:
        """Port of the MQTT broker, mutual TLS; its host name is localhost."""
        return self.state.ports.mqtt

    @property
    def https_port(self) -> int:
        """Port of HTTPS publish, mutual TLS, as AWS IoT has it on 8443."""
        return self.state.ports.https

    @property
    def alpn_port(self) -> int:
        """Port of MQTT and HTTPS by ALPN, mutual TLS, as AWS IoT has it on 443."""
        return self.state.ports.alpn

    @property
    def endpoint_url(self) -> str:
        """URL of every AWS service; an address, so that clients put bucket names into the path."""
        return f"https://{ports_.LOOPBACK}:{self.gateway_port}"

    @property
    def certificate(self) -> Path:
        """The API's own certificate (PEM), to be trusted by clients."""
        return self.folder / "tmp" / "ministack-tls" / "server.crt"

    @property
    def iot_ca(self) -> Path:
        """The authority of the MQTT broker's certificate (PEM), to be trusted by devices."""
        return self.folder / "iot-ca.pem"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "ministack.log"

    def log_tail(self, lines: int = LOG_LINES) -> str:
        """Give the end of the log."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def environment(self) -> dict[str, str]:
        """Give the variables that make `aws`, `cdk` and boto3 go to this AWS and nowhere else.

        Unset `UNSET` beside them: a profile or a session token there would be used or sent.
        """
        exempt = [f"{ports_.LOOPBACK},localhost", *filter(None, [os.environ.get("NO_PROXY")])]
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",  # MiniStack's administrator; its own constants
            "AWS_SECRET_ACCESS_KEY": "test",  # nosec B105 # MiniStack's own constant, no secret
            "AWS_REGION": self.state.region,
            "AWS_DEFAULT_REGION": self.state.region,
            "AWS_CA_BUNDLE": str(self.certificate),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "CDK_DEFAULT_ACCOUNT": ACCOUNT,
            "CDK_DEFAULT_REGION": self.state.region,
            "NO_PROXY": ",".join(exempt),
            "no_proxy": ",".join(exempt),
            "JITR_LOCAL": str(self.folder),
            "JITR_LOCAL_MQTT_PORT": str(self.mqtt_port),
            "JITR_LOCAL_HTTPS_PORT": str(self.https_port),
            "JITR_LOCAL_ALPN_PORT": str(self.alpn_port),
            "JITR_LOCAL_SERVER_CA": str(self.iot_ca),
        }

    def session(self) -> "boto3.Session":
        """Give a boto3 session whose clients all go to this AWS, whatever the user's own settings are."""
        from jitr.local.session import local_session  # noqa: PLC0415  boto3 takes longer than most commands

        return local_session(self.endpoint_url, self.certificate, self.state.region)


UNSET = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""Variables of a real account that must not stay beside `LocalAws.environment()`."""
