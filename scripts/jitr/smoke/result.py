"""What a smoke test found, for programs."""

from dataclasses import asdict, dataclass, field

from jitr.doctor import view
from jitr.doctor.check import Examined, Verdict
from jitr.trial.evidence import Evidence


@dataclass
class Result:
    """Filled in as the test goes on, so that a failure shows how far it came."""

    environment: str
    examined: list[Examined] = field(default_factory=list)
    evidence: Evidence | None = None
    after_revocation: str | None = None
    """What became of a connect with the revoked certificate: `dropped`, or `accepted`."""
    taken_back: list[str] = field(default_factory=list)
    problem: str | None = None

    def not_in_order(self) -> list[str]:
        """Say what the doctor's checks found that must be mended, a line each."""
        return [
            ": ".join(part for part in (each.check.name, finding.about, finding.found) if part)
            for each in self.examined
            for finding in each.findings
            if finding.verdict is Verdict.FAILED
        ]

    def fields(self) -> dict[str, object]:
        """Give all of it by name."""
        return {
            "environment": self.environment,
            "passed": self.problem is None,
            "problem": self.problem,
            "doctor": view.fields(self.environment, self.examined),
            "device": asdict(self.evidence) if self.evidence else None,
            "after_revocation": self.after_revocation,
            "taken_back": self.taken_back,
        }
