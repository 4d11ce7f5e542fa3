"""The `jitr` command: what people run, against a real account or the local AWS."""

import sys
from pathlib import Path

# A wheel carries the functions' source off the path, for other apps' sake; this program is nobody else's.
_IN_A_WHEEL = Path(__file__).resolve().parent.parent / "jitr_stack" / "lambda_src"
if _IN_A_WHEEL.is_dir():
    sys.path.insert(0, str(_IN_A_WHEEL))
