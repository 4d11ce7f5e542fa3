"""Where the functions run: architecture and Python version."""

import platform
import sys
from dataclasses import dataclass

from aws_cdk import aws_lambda as lambda_


@dataclass(frozen=True)
class Platform:
    """Architecture (`arm64` or `x86_64`) and Python version (`3.14`) of the functions."""

    architecture: str
    python: str = "3.14"

    @classmethod
    def of_this_machine(cls) -> "Platform":
        """Give the platform of the interpreter that runs this code."""
        architecture = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
        return cls(architecture, f"{sys.version_info.major}.{sys.version_info.minor}")

    @property
    def runtime(self) -> lambda_.Runtime:
        """The Lambda runtime."""
        return lambda_.Runtime(f"python{self.python}", lambda_.RuntimeFamily.PYTHON)

    @property
    def lambda_architecture(self) -> lambda_.Architecture:
        """The Lambda architecture."""
        return lambda_.Architecture.ARM_64 if self.architecture == "arm64" else lambda_.Architecture.X86_64

    @property
    def wheels(self) -> str:
        """The platform whose wheels are bundled, in uv's words; Amazon Linux 2023 has glibc 2.34."""
        return {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}[self.architecture]
