"""What came of a provider call, as a closed set of values. Platforms' `errors.py` map an answer to one of these.

`code` is the vendor's own word in lower case where there is one ("131047", "query_limit_exceeded"), else ours
("http_502", "timeout"). It is safe to log. `detail` may quote the vendor and is shown to operators, never logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The other side took it. result: the decoded answer, as its `requests.py` function documents."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transient:
    """Certainly not done; try again. wait_seconds: the provider's wish, None = our back-off.

    counts: whether the try is one of the ten (rate refusals and locked tokens are not).
    """

    code: str
    wait_seconds: float | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """May have been done: the effect's probe decides before anything is repeated."""

    code: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The access token was refused: refresh once, then as Transient."""

    code: str = "expired_token"


@dataclass(frozen=True, slots=True)
class Rejected:
    """The other side will never take it: park with the reason."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Our account, token, permission, payment or line must be mended by a person first: park, alarm.

    code: as above; reason sentences live in the texts catalogue under "reason.<platform>.<code>".
    """

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The portal was renamed (302): send the same POST to `location`, whose host was checked, and store it."""

    location: str


type Outcome = Succeeded | Transient | Unknown | Expired | Rejected | Blocked | Moved

_AWAY = ("not_connected", "not_resolved", "no_answer", "http_")
_TOO_MANY = "http_429"


def is_outage(outcome: Outcome) -> bool:
    """The provider is away: no connection, no answer, or a gateway's page in place of one. No fault of the message."""
    if not isinstance(outcome, Transient | Unknown):
        return False
    return outcome.code.startswith(_AWAY) and outcome.code != _TOO_MANY
