"""What a function's zip holds, as a CycloneDX 1.6 bill of materials (SBOM): libraries, and every file.

The bill says nothing of when and where it was made, so the same bundle has the same bill. What Lambda's
runtime brings (Python, boto3) is in no zip and on no bill.
"""

import hashlib
import uuid
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL


def bill_of_materials(function: str, version: str, bundle: Path) -> str:
    """Give the bill, in JSON, of what was bundled into the folder `bundle` for `function`."""
    found = list(distributions(path=[str(bundle)]))
    libraries = [_library(distribution, bundle) for distribution in found]
    own = set(_files(bundle)) - {file for distribution in found for file in _installed(distribution, bundle)}
    root = Component(name=function, version=version, type=ComponentType.APPLICATION, bom_ref=function)
    root.components.update(_listed(own, bundle))
    about = BomMetaData(component=root)
    bom = Bom(components=libraries, metadata=about, serial_number=_serial(function, version, bundle))
    bom.metadata.timestamp = None  # type: ignore[assignment]  # optional in CycloneDX, and another one each time
    bom.register_dependency(root, libraries)
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _library(distribution: Distribution, bundle: Path) -> Component:
    files = _installed(distribution, bundle)
    purl = PackageURL("pypi", name=distribution.name, version=distribution.version)
    licence = distribution.metadata.json.get("license_expression")
    return Component(
        name=distribution.name,
        version=distribution.version,
        purl=purl,
        bom_ref=purl.to_string(),
        licenses=[LicenseExpression(str(licence))] if licence else (),
        external_references=[_bill_inside(file, bundle) for file in files if file.parent.name == "sboms"],
        components=_listed(files, bundle),
    )


def _bill_inside(file: Path, bundle: Path) -> ExternalReference:
    """Point to the bill that a wheel brings of what was compiled into it (PEP 770)."""
    return ExternalReference(type=ExternalReferenceType.BOM, url=XsUri(file.relative_to(bundle).as_posix()))


def _installed(distribution: Distribution, bundle: Path) -> list[Path]:
    return [bundle / file for file in distribution.files or () if (bundle / file).is_file()]


def _listed(files: Iterable[Path], bundle: Path) -> list[Component]:
    return [_file(file, file.relative_to(bundle).as_posix()) for file in files]


def _file(file: Path, name: str) -> Component:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    sha256 = HashType(alg=HashAlgorithm.SHA_256, content=digest)
    return Component(name=name, type=ComponentType.FILE, hashes=[sha256], bom_ref=f"file:{name}")


def _files(bundle: Path) -> list[Path]:
    return sorted(path for path in bundle.rglob("*") if path.is_file())


def _serial(function: str, version: str, bundle: Path) -> uuid.UUID:
    """Make the bill's number from all that it is about."""
    content = hashlib.sha256(f"{function}\0{version}".encode())
    for file in _files(bundle):
        content.update(f"\0{file.relative_to(bundle)}\0".encode())
        content.update(hashlib.sha256(file.read_bytes()).digest())
    return uuid.uuid5(uuid.NAMESPACE_OID, content.hexdigest())
