"""A coverage-guided fuzzer finds no input that ends the registration."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUNS = 100_000

if importlib.util.find_spec("atheris"):  # it has no wheels for some machines (pyproject.toml)

    @pytest.mark.parametrize("seeds", sorted((HERE / "seeds").iterdir()), ids=lambda folder: folder.name)
    def test_no_input_ends_what_reads_it(seeds: Path, tmp_path: Path) -> None:
        found = tmp_path / "found"
        found.mkdir()
        options = [f"-runs={RUNS}", "-seed=1", "-max_len=9000"]

        fuzzed = subprocess.run(
            [sys.executable, HERE / "targets.py", seeds.name, *options, found, seeds],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

        assert fuzzed.returncode == 0, fuzzed.stderr[-4000:]
        assert re.search(rf"Done {RUNS} runs", fuzzed.stderr)
