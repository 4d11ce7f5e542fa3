"""What a change does to the templates: two commits synthesised side by side, told in Markdown.

No account is asked and no function is built. `.ci/template-diff BASE HEAD` runs it in any clone.
"""

import argparse
import difflib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LOCK = "requirements.txt"
"""What it takes to deploy; the gate's packages change no template."""

HASH = re.compile(r"\b[0-9a-f]{64}\b")
COMMENT = 60_000
"""Characters: GitHub takes comments of up to 65,536."""

Templates = Mapping[str, Mapping[str, Any]]
"""Templates by the path of their file in the cloud assembly."""


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
        code = changed_files(revisions.base, revisions.head, "lambda_src")
    except DiffError as error:
        print(error, file=sys.stderr)
        return 1
    print(report(base, head, code))
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
    run(sys.executable, "-m", "venv", "--without-pip", str(tree / ".venv"))
    run(*uv, "sync", "--require-hashes", "--python", str(python), str(tree / LOCK))
    run(*uv, "install", "--no-deps", "--no-build-isolation", "--python", str(python), "--editable", str(tree))
    return python


def content(file: Path) -> bytes | None:
    """Give a file's content, `None` for none."""
    return file.read_bytes() if file.is_file() else None


def surroundings(tree: Path, assembly: Path) -> dict[str, str]:
    """Give what the CDK CLI would tell the app, but for an account; the commit's own modules come first."""
    settings = tree / "cdk.json"
    context = json.loads(settings.read_text()).get("context", {}) if settings.is_file() else {}
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_", "JITR_"))
    }
    return kept | {
        "CDK_CONTEXT_JSON": json.dumps(context | {"aws:cdk:bundling-stacks": []}),
        "CDK_OUTDIR": str(assembly),
        "CDK_VALIDATION": "false",
        "JSII_NODE": str(Path(sys.executable).with_name("node")),
        "PYTHONPATH": os.pathsep.join(str(tree / part) for part in ("", "lambda_src", "scripts")),
    }


def changed_files(base: str, head: str, folder: str) -> list[str]:
    """Give the files of a folder that differ between two commits."""
    names = run("git", "diff", "--name-only", base, head, "--", folder).decode()
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


def report(base: Templates, head: Templates, code: list[str]) -> str:
    """Give the whole comparison in Markdown, short enough for a comment."""
    differing = [name for name in sorted({*base, *head}) if base.get(name, {}) != head.get(name, {})]
    lines = ["### What this changes in the templates", ""]
    if not differing:
        lines += [f"Nothing: {len(head)} templates are as they were."]
    for name in differing:
        before, after = base.get(name, {}), head.get(name, {})
        lines += section(name, before, after, COMMENT // len(differing))
    if code:
        lines += ["", "The functions' code changes:", "", *(f"- `{name}`" for name in code[:50])]
    return "\n".join([*lines, "", "Synthesised without an account; hashes of assets are masked."])


def section(name: str, before: Mapping[str, Any], after: Mapping[str, Any], room: int) -> list[str]:
    """Give what happens to each resource of one template, and the lines that differ."""
    title = f"#### {name.removesuffix('.template.json')}"
    return [title, "", *resources(before, after), "", *details(before, after, room - 2_000)]


def resources(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Give a line for each resource that comes, goes or changes; those that go first."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    gone = [f"- **removed** `{each}` ({old[each]['Type']})" for each in sorted({*old} - {*new})]
    come = [f"- added `{each}` ({new[each]['Type']})" for each in sorted({*new} - {*old})]
    both = sorted(each for each in {*old} & {*new} if old[each] != new[each])
    return [*gone, *come, *(f"- changed `{each}` ({new[each]['Type']})" for each in both)]


def details(before: Mapping[str, Any], after: Mapping[str, Any], room: int) -> list[str]:
    """Give the differing lines, folded, in at most about `room` characters."""
    old, new = (json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (before, after))
    lines = list(difflib.unified_diff(old, new, "before", "after", lineterm=""))
    shown = list(lines)
    while sum(len(line) + 1 for line in shown) > room:
        shown = shown[: len(shown) * 9 // 10]
    if left := len(lines) - len(shown):
        shown.append(f"… {left} lines more")
    return ["<details><summary>lines</summary>", "", "~~~~diff", *shown, "~~~~", "", "</details>"]


if __name__ == "__main__":
    sys.exit(main())
