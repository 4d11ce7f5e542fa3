"""The version of this project: `pyproject.toml` says it, and nothing else."""

from importlib.metadata import version

DISTRIBUTION = "aws-iot-jitr"
VERSION = version(DISTRIBUTION)
