"""Where the functions' source stands, and how another CDK app comes by what it shares with infrastructure.

In a checkout that is `lambda_src/`, which is on the path. A wheel carries it inside this package, off the
path: names such as `records` and `registry` may be another app's own (docs/adr/0014).
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

_HERE = Path(__file__).resolve().parent
RUNTIME_SOURCE = next(
    folder for folder in (_HERE / "lambda_src", _HERE.parent / "lambda_src") if folder.is_dir()
)


def load_package(name: str, path: list[str]) -> None:
    """Import every module of the package `name`, found in `path`, unless the runtime is on the path anyway.

    Each takes from the runtime what it needs, and afterwards the path is as it was: a module of the importing
    app that has the same name as one of the runtime's is neither taken for it nor replaced by it.
    """
    if any(Path(entry).resolve() == RUNTIME_SOURCE for entry in sys.path):
        return
    with _runtime_within_reach():
        for module in pkgutil.iter_modules(path):
            if not module.ispkg:
                importlib.import_module(f"{name}.{module.name}")


@contextmanager
def _runtime_within_reach() -> Iterator[None]:
    others = _take_out()
    sys.path.insert(0, str(RUNTIME_SOURCE))
    try:
        yield
    finally:
        sys.path.remove(str(RUNTIME_SOURCE))
        _take_out()
        sys.modules.update(others)


def _take_out() -> dict[str, ModuleType]:
    """Take the modules out of `sys.modules` that are named as one of the runtime's."""
    names = {module.name for module in pkgutil.iter_modules([str(RUNTIME_SOURCE)])}
    found = [name for name in sys.modules if name.partition(".")[0] in names]
    return {name: sys.modules.pop(name) for name in found}
