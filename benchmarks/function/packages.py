"""The functions that are measured by themselves, as the site has them."""

from benchmarks.contenders import AWS_DEFAULT, FLOOR, OURS
from benchmarks.contenders.making import FOLDER
from benchmarks.function import devices
from benchmarks.function.package import Package
from benchmarks.site import Site
from benchmarks.wiring import zipped_file
from contract import Variable

FLOOR_FUNCTION = FOLDER / "floor" / "handler.py"
NODE_FUNCTION = FOLDER / "aws_default" / "index.mjs"


def of(site: Site) -> list[Package]:
    """Give ours as it was deployed, with an authority that exists on paper, and the floor."""
    ours = site.ours["Environment"]["Variables"] | {
        str(Variable.ACCOUNT_ID): devices.ACCOUNT,
        str(Variable.CA_CERTIFICATE_IDS): devices.AUTHORITY,
    }
    module, _, _ = site.ours["Handler"].rpartition(".")
    return [
        Package(OURS, module, site.our_code, ours),
        Package(FLOOR, "handler", zipped_file(FLOOR_FUNCTION), {"DEVICE_POLICY": "bench"}),
    ]


def sizes(site: Site) -> dict[str, int]:
    """Give the bytes of the zips, by contender."""
    return {
        f"{OURS}, as deployed": len(site.our_code),
        FLOOR: len(zipped_file(FLOOR_FUNCTION)),
        AWS_DEFAULT: len(zipped_file(NODE_FUNCTION)),
    }
