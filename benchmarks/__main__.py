"""Print what this project costs: time to ACTIVE, start of the registration function, sizes, resources."""

import json
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import registration, weight

RESULT = Path(__file__).resolve().parent.parent / "build" / "bench.json"


def main() -> None:
    """Measure, print a table and write build/bench.json."""
    rows = {
        **weight.of_functions(),
        **weight.of_templates(),
        **weight.of_the_start(),
        **registration.times_to_active(devices=20),
    }
    table = Table("figure", "value", title=f"{platform.machine()}, Python {platform.python_version()}")
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
