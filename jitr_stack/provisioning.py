"""Settings of provisioning: what thing a device becomes, as a template, and what must be there for it."""

from collections.abc import Callable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from jitr_stack.authorities import Strict
from provisioning.template import (
    DEFAULT_THING_NAME,
    LONGEST,
    ProvisioningTemplate,
    check_text,
    check_thing_name,
)
from registry import (
    check_attribute_count,
    check_attribute_name,
    check_attribute_value,
    check_groups,
    check_name,
)


def _that_may_become(check: Callable[[object], None]) -> AfterValidator:
    def checked(text: str) -> str:
        check_text(text, check)
        return text

    return AfterValidator(checked)


def _attribute_name(name: str) -> str:
    check_attribute_name(name)
    return name


Name = Annotated[str, _that_may_become(check_name)]
AttributeName = Annotated[str, AfterValidator(_attribute_name)]
AttributeValue = Annotated[str, _that_may_become(check_attribute_value)]


class Provisioning(Strict):
    """What thing a device becomes. Texts may hold placeholders (`provisioning.template.FIELDS`).

    What AWS IoT would never take is refused here, literals completely; the rest when a certificate is signed.
    """

    thing_name: Name = DEFAULT_THING_NAME
    """Template of the thing's name; with another one than the default, nothing over HTTPS."""
    thing_type: Name | None = None
    """Template of its thing type, which must exist."""
    groups: tuple[Name, ...] = ()
    """Templates of the static thing groups it is put into, at most 10, which must exist."""
    billing_group: Name | None = None
    """Template of its billing group, which must exist."""
    existing_thing: Literal["refuse", "adopt"] = "refuse"
    """A thing of that name with another type or attributes: `refuse` it, or `adopt` it."""
    attributes: dict[AttributeName, AttributeValue] = Field(default_factory=dict)
    """Templates of its attributes: at most 3, or 50 with a thing type."""

    @field_validator("thing_name")
    @classmethod
    def tells_devices_apart(cls, name: str) -> str:
        """Refuse a name that every device would have."""
        check_thing_name(name)
        return name

    @field_validator("groups")
    @classmethod
    def groups_that_a_thing_may_be_in(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse too many, and one twice."""
        check_groups(groups)
        return groups

    @field_validator("attributes")
    @classmethod
    def attributes_that_a_thing_may_have(
        cls, attributes: dict[str, str], info: ValidationInfo
    ) -> dict[str, str]:
        """Refuse too many; with a thing type there may be more."""
        check_attribute_count(len(attributes), typed=info.data.get("thing_type") is not None)
        return attributes

    @model_validator(mode="after")
    def fits_into_a_variable(self) -> Self:
        """Refuse a template that Lambda would not carry."""
        size = len(self.template.to_json().encode())
        if size > LONGEST:
            raise ValueError(
                f"{size} bytes as JSON; at most {LONGEST} fit beside a function's other variables"
            )
        return self

    @property
    def template(self) -> ProvisioningTemplate:
        """The template as functions and commands read it."""
        return ProvisioningTemplate(
            thing_name=self.thing_name,
            thing_type=self.thing_type,
            groups=self.groups,
            billing_group=self.billing_group,
            attributes=self.attributes,
            adopt_existing=self.existing_thing == "adopt",
        )

    @property
    def thing_is_named_as_its_certificate(self) -> bool:
        """Whether a thing's name is always the common name of its certificate."""
        return self.thing_name == DEFAULT_THING_NAME
