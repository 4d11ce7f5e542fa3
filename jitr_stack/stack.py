"""The stack: composes the constructs, and defines no resource itself."""

import aws_cdk as cdk
from constructs import Construct

from contract import Output
from contract import stack_name as name_of_stack
from jitr_stack import naming
from jitr_stack.certificate_authority import AuthorityRegistrar, CertificateAuthority
from jitr_stack.device_access import DeviceAccess
from jitr_stack.function import RuntimeFunction
from jitr_stack.issuance import Issuance
from jitr_stack.monitoring import Monitoring
from jitr_stack.platform import Platform
from jitr_stack.records import IssuanceRecords
from jitr_stack.registration import Registration
from jitr_stack.settings import Settings


class JitrStack(cdk.Stack):
    """Just-in-time registration for one environment.

    Only `settings` must be given; they need a name and an authority (docs/reuse.md). Where the stack goes
    (account, Region) and what it is tagged with stands in them, too.

    `platform` is where the functions run: the settings' architecture with Lambda's latest Python, unless
    given. `stack_name` is CloudFormation's: `<environment>-jitr`, unless given; by that one the `jitr`
    commands find the stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        platform: Platform | None = None,
        stack_name: str | None = None,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=settings.account, region=settings.region),
            stack_name=stack_name or name_of_stack(settings.name),
            description=_description(settings),
            termination_protection=settings.termination_protection,
        )
        for key, value in naming.resource_tags(settings.name, settings.tags).items():
            cdk.Tags.of(self).add(key, value)
        platform = platform or Platform(settings.architecture)

        self.records = IssuanceRecords(self, "Records", settings=settings)
        self.device_access = DeviceAccess(self, "DeviceAccess", settings=settings, platform=platform)
        self.authority_registrar = AuthorityRegistrar(
            self, "Authorities", settings=settings, platform=platform
        )
        self.authorities = self._authorities(settings)
        self.issuance = self._issuance(settings, platform)
        self.registration = Registration(
            self,
            "Registration",
            settings=settings,
            platform=platform,
            authorities=list(self.authorities.values()),
            records=self.records,
            access=self.device_access,
        )
        self.monitoring = Monitoring(
            self,
            "Monitoring",
            settings=settings,
            registration=self.registration,
            functions=self.functions,
        )
        self._outputs(settings)

    @property
    def functions(self) -> list[RuntimeFunction]:
        """Every function of `lambda_src/` in this stack."""
        return [child for child in self.node.find_all() if isinstance(child, RuntimeFunction)]

    def _authorities(self, settings: Settings) -> dict[str, CertificateAuthority]:
        """Make each authority that is declared, by its name."""
        return {
            name: CertificateAuthority(
                self,
                f"Authority-{name}",
                name=name,
                authority=authority,
                settings=settings,
                registrar=self.authority_registrar,
            )
            for name, authority in settings.authorities.items()
        }

    def _issuance(self, settings: Settings, platform: Platform) -> Issuance | None:
        """Make the issuance function, unless every authority's key is somebody else's."""
        if settings.issuing_authority is None:
            return None
        return Issuance(
            self,
            "Issuance",
            settings=settings,
            platform=platform,
            authority=self.authorities[settings.issuing_authority],
            records=self.records,
        )

    def _outputs(self, settings: Settings) -> None:
        outputs = {
            Output.ISSUANCE_RECORDS: self.records.table.table_name,
            Output.DEVICE_POLICY: self.device_access.policy_name,
            Output.REGISTRATION_FUNCTION: self.registration.registrar.function.function_name,
            Output.REGISTRATION_QUEUE: self.registration.queue.queue_url,
            Output.DEAD_LETTER_QUEUE: self.registration.dead_letters.queue_url,
        }
        if self.issuance and settings.issuing_authority:
            outputs[Output.ISSUANCE_FUNCTION] = self.issuance.issuer.function.function_name
            outputs[Output.ISSUING_AUTHORITY] = self.authorities[settings.issuing_authority].certificate_id
        for name, value in outputs.items():
            exported = naming.export_name(settings.name, name)
            cdk.CfnOutput(self, name.value, value=value, export_name=exported)


def _description(settings: Settings) -> str:
    return f"Just-in-time registration of devices at AWS IoT: environment {settings.name}"
