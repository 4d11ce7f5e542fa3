"""What the authorities of one environment must be together."""

from collections.abc import Mapping

from contract import Custody
from jitr_stack import naming
from jitr_stack.authorities import Authority


def one_issuing_authority(authorities: Mapping[str, Authority]) -> None:
    """Require exactly one authority that signs; none where every key is somebody else's.

    Raises:
        ValueError: naming those that were found.
    """
    issuing = [name for name, authority in authorities.items() if authority.state == "issuing"]
    held = any(authority.custody is not Custody.EXTERNAL for authority in authorities.values())
    if len(issuing) != (1 if held else 0):
        found = ", ".join(issuing) or "none"
        raise ValueError(f'authorities: exactly one must have state = "issuing"; found {found}')


def distinct_subjects(authorities: Mapping[str, Authority]) -> None:
    """Require a subject of its own for every authority.

    Raises:
        ValueError: naming the two that share one.
    """
    seen: dict[str, str] = {}
    for name, authority in authorities.items():
        key = str(authority.certificate or authority.subject.fields())
        if key in seen:
            raise ValueError(
                f"authorities.{name}.subject: the same as that of {seen[key]}; each needs its own"
            )
        seen[key] = name


def tags_that_fit(authorities: Mapping[str, Authority], tags: Mapping[str, str]) -> None:
    """Require of the tags of an authority and of its environment together what each must be.

    Raises:
        ValueError: naming the authority.
    """
    for name, authority in authorities.items():
        try:
            naming.check_tags({**tags, **authority.tags})
        except ValueError as error:
            raise ValueError(f"authorities.{name}.tags: with those of the environment: {error}") from None
