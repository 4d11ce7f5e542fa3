"""What can go wrong, said in one line to the person at the keyboard."""

INTERRUPTED = 130  # exit code: 128 + SIGINT, as shells say it


class FailureError(Exception):
    """Something failed (exit code 1): the text is one line, what was wrong and what to do."""

    exit_code = 1


class BadUseError(FailureError):
    """What was asked for cannot be meant (exit code 2): a wrong file, option or environment."""

    exit_code = 2
