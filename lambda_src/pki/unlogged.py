"""Keep key material out of logs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unlogged() -> Iterator[None]:
    """Silence DEBUG everywhere for a moment, whatever the loggers' own levels say.

    At DEBUG botocore writes the bodies of requests and answers to the log, a secret's value included.
    """
    before = logging.root.manager.disable
    logging.disable(max(before, logging.DEBUG))
    try:
        yield
    finally:
        logging.disable(before)
