"""What every test relies on, and what a run as a whole must hold."""

import os
import signal
import sys
from pathlib import Path

import pytest

# Tests stop programs by these; a run under nohup, or in the background of a script, would hand down deaf
# ears.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
# The CDK's libraries run on the Node.js that is installed beside this Python, not on the PATH's.
os.environ["JSII_NODE"] = str(Path(sys.executable).parent / "node")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """With NO_SKIPS set (the gate does), a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if (
        os.environ.get("NO_SKIPS")
        and reporter
        and reporter.stats.get("skipped")
        and exitstatus == pytest.ExitCode.OK
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("NO_SKIPS is set, and tests were skipped", red=True)
