"""Where events go in, as far as the console reads of it: nothing has come."""

from __future__ import annotations

from dataclasses import dataclass, field

from segue.core.errors import UnknownName
from segue.store.delivery import Rules
from segue.store.delivery.audit import Hour
from segue.store.delivery.dead_letters import DeadLetter


@dataclass
class FakeIntake:
    """All that hangs on it is itself."""

    tenant: str
    rules: Rules = field(default_factory=Rules)

    @property
    def dead(self) -> FakeIntake:
        return self

    @property
    def workspace(self) -> FakeIntake:
        return self

    @property
    def log(self) -> FakeIntake:
        return self

    def count(self, tenant: str, since: int | None = None) -> int:
        return 0

    @property
    def audit(self) -> FakeIntake:
        return self

    def counts(self) -> tuple[int, int]:
        return 0, 0

    def listed(self, limit: int, before: int) -> list[DeadLetter]:
        return []

    def get(self, id: int) -> DeadLetter:
        raise UnknownName("dead letter", str(id))

    def hours(self, client: str, since: int) -> list[Hour]:
        return []
