"""Which user of Zattar is which agent of Chatwoot, as the office's own tables say; kept for a minute per container."""

from dataclasses import dataclass

from ponte.clock import Clock
from ponte.outcome import Outcome, Succeeded
from ponte.runtime.office_calls import OfficeCalls
from ponte.zattar import staff
from ponte.zattar.requests import MAX_IDS

CACHE_MS = 60_000


@dataclass(frozen=True, slots=True)
class _Known:
    at_ms: int
    users: dict[int, int]


class Staff:
    """An agent who was entered in Zattar a moment ago is known after CACHE_MS at the latest."""

    def __init__(self, calls: OfficeCalls, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._known: dict[tuple[str, int], _Known] = {}

    def users(self, tenant: str, account_id: int, timeout_seconds: float) -> Outcome:
        """Succeeded.result: {"users": {agent_id: usuario_id}}, of active users only; else as Zattar answers."""
        key, now = (tenant, account_id), self._clock.now_ms()
        known = self._known.get(key)
        if known is not None and now - known.at_ms < CACHE_MS:
            return Succeeded({"users": known.users})
        asked = self._calls.zattar(tenant, staff.agents(account_id), timeout_seconds)
        if not isinstance(asked, Succeeded):
            return asked
        logins = staff.logins_of(asked.result)
        names = sorted(set(logins.values()))
        numbers: dict[str, int] = {}
        for at in range(0, len(names), MAX_IDS):
            found = self._calls.zattar(tenant, staff.users(names[at : at + MAX_IDS]), timeout_seconds)
            if not isinstance(found, Succeeded):
                return found
            numbers |= staff.users_of(found.result)
        users = {agent: numbers[login] for agent, login in logins.items() if login in numbers}
        self._known[key] = _Known(now, users)
        return Succeeded({"users": users})
