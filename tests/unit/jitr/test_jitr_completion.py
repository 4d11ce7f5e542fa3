"""Completion as shells ask for it: their own protocol, and bash for real."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

JITR = Path(sys.executable).with_name("jitr")
SHELLS = ("bash", "zsh", "fish")
Complete = Callable[[str], list[str]]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """A home, and a folder of environments, of the test's own."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "site.toml").write_text("[authorities.fleet]\n[authorities.older]\n[authorities.owners]\n")
    (folder / "silo.toml").write_text("[authorities.grain]\n")
    (folder / "broken.toml").write_text("[authorities\n")
    return {
        "HOME": str(tmp_path),
        "PATH": f"{JITR.parent}:/usr/bin:/bin",
        "JITR_ENVIRONMENTS": str(folder),
        # Otherwise the shell is the one that started the tests.
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }


def jitr(variables: dict[str, str], *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([JITR, *words], env=variables | more, capture_output=True, text=True, check=False)


def by_bash(variables: dict[str, str], line: str) -> list[str]:
    """What the script for bash passes on, and how."""
    words = line.split(" ")
    done = jitr(variables, _JITR_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(len(words) - 1))
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


def by_zsh(variables: dict[str, str], line: str) -> list[str]:
    done = jitr(variables, _JITR_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line)
    assert (done.returncode, done.stderr) == (0, "")
    return [
        each.partition(":")[0].strip('"') for each in done.stdout.split("((")[-1].rstrip(")'\n").splitlines()
    ]


def by_fish(variables: dict[str, str], line: str) -> list[str]:
    done = jitr(
        variables,
        _JITR_COMPLETE="complete_fish",
        _TYPER_COMPLETE_FISH_ACTION="get-args",
        _TYPER_COMPLETE_ARGS=line,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [each.partition("\t")[0] for each in done.stdout.splitlines() if each]


def by_bash_itself(variables: dict[str, str], line: str) -> list[str]:
    """What bash would offer, with the script that `--show-completion` prints."""
    script = jitr(variables, "--show-completion", "bash").stdout
    words = " ".join(f"'{word}'" for word in line.split(" "))
    program = (
        f"{script}\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n"
        '_jitr_completion jitr\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program], env=variables, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jitr ca verification-", ["verification-cert", "verification-csr"]),
        ("jitr ca export --environment silo ", ["grain"]),
        ("jitr ca show -e broken f", []),
        ("jitr ca show -e nowhere f", []),
    ],
)
def test_what_fits_is_offered_and_what_cannot_be_read_offers_nothing(
    variables: dict[str, str], line: str, offered: list[str]
) -> None:
    assert sorted(by_bash(variables, line)) == offered


@pytest.mark.parametrize("ask", [by_bash, by_zsh, by_fish, by_bash_itself])
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jitr ca list --env", ["--environment"]),
        ("jitr endpoint -e si", ["silo", "site"]),
        ("jitr ca show -e site o", ["older", "owners"]),
    ],
)
def test_each_shell_is_offered_options_environments_and_authorities(
    variables: dict[str, str], ask: Callable[[dict[str, str], str], list[str]], line: str, offered: list[str]
) -> None:
    assert sorted(ask(variables, line)) == offered


def test_authorities_are_those_of_the_environment_that_the_variable_chooses(
    variables: dict[str, str],
) -> None:
    assert by_bash(variables | {"JITR_ENVIRONMENT": "silo"}, "jitr ca show ") == ["grain"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_each_shell_is_shown(variables: dict[str, str], shell: str) -> None:
    done = jitr(variables, "--show-completion", shell)

    assert (done.returncode, f"complete_{shell}" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("shell", "started_by"),
    [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/completions/jitr.fish")],
)
def test_completion_is_installed_where_each_shell_looks(
    variables: dict[str, str], tmp_path: Path, shell: str, started_by: str
) -> None:
    done = jitr(variables, "--install-completion", shell)

    assert done.returncode == 0
    assert (tmp_path / started_by).exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_once_it_is_installed(variables: dict[str, str]) -> None:
    jitr(variables, "--install-completion", "bash")

    done = subprocess.run(
        ["bash", "-ic", "complete -p jitr"], env=variables, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "complete -o default -F _jitr_completion jitr"


def test_a_shell_that_is_not_known_is_a_wrong_call(variables: dict[str, str]) -> None:
    done = jitr(variables, "--show-completion", "abacus")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_completing_names_loads_nothing_that_takes_long(variables: dict[str, str]) -> None:
    heavy = ("boto3", "botocore", "cryptography", "rich", "aws_cdk", "jitr_stack.settings")
    program = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('loaded', [n for n in {heavy} if n in sys.modules]))\n"
        "sys.argv = ['jitr']\nfrom jitr.main import main\nmain()\n"
    )
    ask = {"_JITR_COMPLETE": "complete_bash", "COMP_WORDS": "jitr ca show -e site f", "COMP_CWORD": "5"}

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | variables | ask,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split("\n")[:2] == ["fleet", "loaded []"]
