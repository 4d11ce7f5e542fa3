"""What a change does to the templates: two commits synthesised side by side, told in Markdown.

No account is asked and no function is built. `.ci/template-diff BASE HEAD` runs it in any clone.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from template_report import Templates, report

LOCK = "requirements.txt"
"""What it takes to deploy; the gate's packages change no template."""

HASH = re.compile(r"\b[0-9a-f]{64}\b")
IN_ZIPS = ("lambda_src", "jitr_stack", LOCK)
"""What decides what is in the functions' zips, which the masked hashes would show."""
HANDED_DOWN = ("PATH", "LANG", "LC_ALL", "TMPDIR")
"""Variables for another commit's code; tokens are none of them, whatever their names."""


class DiffError(Exception):
    """The templates cannot be compared; the text says why."""


def main() -> int:
    """Print the comparison; give the exit code: 0 whether or not there are differences, 1 for a failure."""
    parser = argparse.ArgumentParser(prog="template-diff", description=__doc__)
    parser.add_argument("base", help="commit to compare with")
    parser.add_argument("head", help="commit with the change")
    revisions = parser.parse_args()
    try:
        base, head = (synthesise(revision) for revision in (revisions.base, revisions.head))
        files = changed_files(revisions.base, revisions.head)
    except DiffError as error:
        print(error, file=sys.stderr)
        return 1
    print(report(base, head, files))
    return 0


def synthesise(revision: str) -> Templates:
    """Give the templates of a commit of the repository around the working folder.

    Raises:
        DiffError: there is no such commit, or its app fails.
    """
    with tempfile.TemporaryDirectory(prefix="template-diff-") as folder:
        tree, assembly = Path(folder, "tree"), Path(folder, "assembly")
        archive = Path(folder, "tree.tar")
        run("git", "archive", "--format=tar", f"--output={archive}", revision)
        tree.mkdir()
        run("tar", "--extract", f"--file={archive}", f"--directory={tree}")
        run(str(python_for(tree)), "app.py", cwd=tree, env=surroundings(tree, assembly))
        found = sorted(assembly.rglob("*.template.json"))
        return {str(path.relative_to(assembly)): masked(path.read_text()) for path in found}


def python_for(tree: Path) -> Path:
    """Give a Python with what the commit deploys with: this one, if the commit's lock file says the same."""
    if content(tree / LOCK) == content(Path(LOCK)):
        return Path(sys.executable)
    python = tree / ".venv" / "bin" / "python"
    uv = (sys.executable, "-m", "uv", "pip", "--cache-dir", ".cache/uv", "--system-certs")
    to = ("--python", str(python))
    run(sys.executable, "-m", "venv", "--without-pip", str(tree / ".venv"))
    # Wheels alone: to build a package is to run it, and registries may want the variables of the caller.
    run(*uv, "sync", "--require-hashes", "--only-binary", ":all:", *to, str(tree / LOCK))
    own = ("install", "--no-deps", "--no-build-isolation", "--offline", *to, "--editable", str(tree))
    run(*uv, *own, env=handed_down(tree))
    return python


def content(file: Path) -> bytes | None:
    """Give a file's content, `None` for none."""
    return file.read_bytes() if file.is_file() else None


def surroundings(tree: Path, assembly: Path) -> dict[str, str]:
    """Give what the CDK CLI would tell the app, but for an account; the commit's own modules come first."""
    settings = tree / "cdk.json"
    context = json.loads(settings.read_text()).get("context", {}) if settings.is_file() else {}
    return handed_down(tree) | {
        "CDK_CONTEXT_JSON": json.dumps(context | {"aws:cdk:bundling-stacks": []}),
        "CDK_OUTDIR": str(assembly),
        "CDK_VALIDATION": "false",
        "JSII_NODE": str(Path(sys.executable).with_name("node")),
        "PYTHONPATH": os.pathsep.join(str(tree / part) for part in ("", "lambda_src", "scripts")),
    }


def handed_down(tree: Path) -> dict[str, str]:
    """Give the variables with which a commit's own code runs; its home is empty and goes with the tree."""
    home = tree.with_name("home")
    home.mkdir(exist_ok=True)
    return {name: os.environ[name] for name in HANDED_DOWN if name in os.environ} | {"HOME": str(home)}


def changed_files(base: str, head: str) -> list[str]:
    """Give the files that decide what is in the functions' zips and differ between two commits."""
    names = run("git", "diff", "--name-only", base, head, "--", *IN_ZIPS).decode()
    return names.splitlines()


def run(*command: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> bytes:
    """Run a command and give its output.

    Raises:
        DiffError: it failed; the text ends with the last that it said.
    """
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "it said nothing"
        raise DiffError(f"{' '.join(command)} failed:\n{said}")
    return done.stdout


def masked(template: str) -> Mapping[str, Any]:
    """Give a template without its assets' hashes, which differ with every change of the code."""
    loaded: Mapping[str, Any] = json.loads(HASH.sub("<asset>", template))
    return loaded


if __name__ == "__main__":
    sys.exit(main())
