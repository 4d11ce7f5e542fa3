"""Where the program begins: what is loaded takes a moment, in which somebody may press Ctrl-C already."""

import sys

from jitr.failure import INTERRUPTED


def main() -> None:
    """Load the program and run it; one that is interrupted meanwhile ends as its commands do."""
    try:
        from jitr.main import main as run  # noqa: PLC0415  this is what takes a moment

        run()
    except KeyboardInterrupt:
        print("jitr: stopped", file=sys.stderr)
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
