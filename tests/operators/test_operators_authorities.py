"""`jitr ca list`, `show` and `describe-rotation`: how an environment's authorities stand."""

import json
from typing import Any

from cryptography import x509
from operator_site import Jitr, OperatorSite

from contract import Custody, certificate_parameter
from jitr.authority_files import Wanted, create
from jitr.pem import read_certificate
from pki.identity import pem
from records.state import State


def listed(jitr: Jitr) -> dict[str, dict[str, Any]]:
    """What `jitr ca list --json` gives, by name."""
    done = jitr("ca", "list", "--json")
    assert done.exit_code == 0, done.stderr
    return {each["name"]: each for each in json.loads(done.stdout) if each["name"]}


def record(site: OperatorSite, authority: str, *things: str) -> list[x509.Certificate]:
    """Give things certificates and records."""
    made = [site.leaf(authority, thing) for thing in things]
    (site.folder / "lot.pem").write_text("".join(map(pem, made)))
    return made


def test_an_authority_is_listed_with_state_days_and_certificates(jitr: Jitr, site: OperatorSite) -> None:
    site.deploy()
    id_ = site.authority("fleet", custody=Custody.KMS)
    first, _, third = record(site, "fleet", "pump-1", "pump-2", "pump-3")
    jitr("issued", "import", site.folder / "lot.pem")
    site.activate(first)
    site.revoke(third)

    fleet = listed(jitr)["fleet"]

    assert (fleet["certificate_id"], fleet["state"], fleet["custody"]) == (id_, "issuing", "kms")
    assert (fleet["status"], fleet["auto_registration"]) == ("ACTIVE", "ENABLE")
    assert (fleet["algorithm"], fleet["days_left"], fleet["mismatches"]) == ("P-256", 3649, [])
    assert [fleet[f"certificates_{what}"] for what in ("issued", "waiting", "active")] == [3, 1, 1]


def test_the_table_shows_the_same(jitr: Jitr, site: OperatorSite) -> None:
    site.deploy()
    id_ = site.authority("fleet")
    row = next(line for line in jitr("ca", "list").stdout.splitlines() if line.startswith("fleet"))
    assert row.split() == [
        *("fleet", "issuing", "secrets_manager", "ACTIVE", "+auto", "3,649", "0", "0", "0", id_)
    ]


def test_authorities_at_aws_that_are_not_of_the_environment_are_listed_as_such(
    jitr: Jitr, site: OperatorSite
) -> None:
    site.deploy()
    site.authority("fleet")
    made = create(site.folder, Wanted(), None, force=False)
    files = ("--ca-cert", made.certificate, "--ca-key", made.key)
    jitr("ca", "register", *files)

    others = [each for each in json.loads(jitr("ca", "list", "--json").stdout) if each["name"] is None]

    assert made.certificate_id in [each["certificate_id"] for each in others]
    assert not any(each["mismatches"] for each in others)
    assert "(not of this environment)" in jitr("ca", "list").stdout


def test_an_authority_that_was_taken_out_of_the_file_and_kept_is_listed_as_such(
    jitr: Jitr, site: OperatorSite
) -> None:
    site.deploy()
    site.authority("fleet")
    site.authority("kept", state="trusted")
    site.forget("kept")

    kept = listed(jitr)["kept"]

    assert kept["state"] is None
    assert kept["mismatches"] == ["not in the environment's file: it was kept when it was taken out"]


def test_what_somebody_changed_at_aws_is_said(jitr: Jitr, site: OperatorSite) -> None:
    site.deploy()
    id_ = site.authority("fleet")
    site.client("iot").update_ca_certificate(certificateId=id_, newAutoRegistrationStatus="DISABLE")

    assert listed(jitr)["fleet"]["mismatches"] == ["auto-registration is DISABLE, but issuing means ENABLE"]
    assert "fleet: auto-registration is DISABLE" in jitr("ca", "list").stderr


def test_an_environment_that_is_not_deployed_is_listed_too(jitr: Jitr, site: OperatorSite) -> None:
    site.declare("fleet", state="issuing")

    fleet = listed(jitr)["fleet"]

    assert fleet["mismatches"] == ["not deployed yet"]
    assert (fleet["certificate_id"], fleet["certificates_issued"]) == (None, None)


def test_show_by_name_gives_certificate_and_chain(jitr: Jitr, site: OperatorSite) -> None:
    site.deploy()
    site.authority("fleet")
    above = read_certificate(site.root())
    path = pem(site.certificates["fleet"]) + pem(above)
    site.put_parameter(certificate_parameter(site.name, "fleet"), path)

    shown = json.loads(jitr("ca", "show", "fleet", "--json").stdout)

    assert x509.load_pem_x509_certificates(shown["certificate"].encode()) == [
        site.certificates["fleet"],
        above,
    ]
    assert shown["state"] == "issuing"


def test_show_of_an_unknown_name_says_which_there_are(jitr: Jitr, site: OperatorSite) -> None:
    site.declare("fleet", state="issuing")
    done = jitr("ca", "show", "fleat")
    assert (done.exit_code, len(done.stderr.splitlines())) == (1, 1)
    assert "has no authority fleat, and there is no such file; it has: fleet" in done.stderr


def test_a_rotation_is_described_from_beginning_to_end(jitr: Jitr, site: OperatorSite) -> None:
    site.deploy()
    site.authority("old")
    (device,) = record(site, "old", "pump-1")
    jitr("issued", "import", site.folder / "lot.pem")
    site.activate(device)
    stages = [stage(jitr)]
    site.authority("new", state="trusted")
    stages.append(stage(jitr))
    site.declare("new", state="issuing")
    site.declare("old", state="trusted")
    stages.append(stage(jitr))
    site.records.move(site.record(device).certificate_id, to=State.REPLACED, expected={State.REGISTERED})
    stages.append(stage(jitr))
    site.declare("old", state="retired")
    stages.append(stage(jitr))
    site.retire("old")
    stages.append(stage(jitr))

    assert stages == ["quiet", "added", "draining", "drained", "mismatched", "retired"]


def test_a_rotation_is_described_in_words(jitr: Jitr, site: OperatorSite) -> None:
    site.deploy()
    site.authority("old")
    site.authority("new", state="trusted")

    said = jitr("ca", "describe-rotation").stdout

    assert "old: issuing; 3,649 days left; 0 issued, 0 waiting, 0 active" in said
    assert f"{site.name}: a new authority is trusted and waits to sign. Next:" in said
    assert f'  1. in environments/{site.name}.toml: [authorities.new] state = "issuing"' in said


def stage(jitr: Jitr) -> str:
    """Where `jitr ca describe-rotation` sees the rotation."""
    done = jitr("ca", "describe-rotation", "--json")
    assert done.exit_code == 0, done.stderr
    return str(json.loads(done.stdout)["stage"])
