"""Who calls the REST API, and what they may do: the office's own Zattar says both.

A request brings its user's access token, "Authorization: Bearer <JWT>". Of what stands in it only the address to ask is
used, and only where an office of ours answers there: nothing goes to a host that is not registered. That project then
says whose the token is; scopes come from its answer. A yes is kept for a minute at most, under a digest of the token; a
no is never kept, so that whoever was just let in need not wait.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ponte.clock import Clock
from ponte.outcome import Rejected, Succeeded, Transient
from ponte.runtime.api_problems import Problem, unavailable
from ponte.runtime.observability import OutcomeLog
from ponte.runtime.office_calls import OfficeCalls
from ponte.storage.offices import Offices
from ponte.zattar import auth
from ponte.zattar.auth import User

FLOW = "api"
CACHE_MS = 60_000
REMEMBERED = 1000
CALL_SECONDS = 5.0
_BEARER = "bearer "

SYNC, SEND, ADMIN = "sync", "messages:send", "admin"
"""The scopes there are: looking at people and linking them, writing to customers, configuration and the inbox of
conflicts. None holds another. What is only read of conversations any user of the office may see."""


@dataclass(frozen=True, slots=True)
class Caller:
    """kind "user": one of an office, user_id being that of Zattar's auth.users. "iam": a principal of the AWS account,
    by their ARN; they run the stack, and no office is theirs."""

    tenant: str
    user_id: str = field(repr=False)
    scopes: frozenset[str] = frozenset()
    kind: Literal["user", "iam"] = "user"

    @property
    def by(self) -> str:
        """For the audit trail and for limits."""
        return f"{self.kind}:{self.user_id}"

    def require(self, scope: str) -> "Caller":
        """Raises Problem (403) where the office has not given them the scope."""
        if scope not in self.scopes:
            raise Problem(403, "FORBIDDEN", scope=scope)
        return self


class Access:
    """Made once per container."""

    def __init__(self, offices: Offices, calls: OfficeCalls, clock: Clock, log: OutcomeLog) -> None:
        self._offices = offices
        self._calls = calls
        self._clock = clock
        self._log = log
        self._known: OrderedDict[str, tuple[int, Caller]] = OrderedDict()  # until when

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """headers: names in lower case. Raises Problem: 401, or 503 where nobody can say now."""
        token = _bearer(headers.get("authorization", ""))
        name = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        until_ms, known = self._known.get(name, (0, None))
        if known is not None and until_ms > self._clock.now_ms():
            return known
        found = self._asked(token)
        self._known[name] = (self._clock.now_ms() + CACHE_MS, found)
        self._known.move_to_end(name)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _asked(self, token: str) -> Caller:
        claims = auth.unproved_claims(token) if token else None
        office = self._offices.by_host(claims.host) if claims else None
        if claims is None or office is None:
            raise self._refused("no_token" if not token else "no_office" if claims else "no_jwt")
        outcome = self._calls.whose(office.tenant, token, CALL_SECONDS)
        match outcome:
            case Succeeded(result):
                user: User = result["user"]
                if user.id != claims.sub:
                    raise self._refused("another_user")
                return Caller(office.tenant, user.id, user.scopes)
            case Rejected(code):
                raise self._refused(code)
        self._log(FLOW, "access_unavailable", detail=getattr(outcome, "code", ""))
        raise unavailable(outcome.wait_seconds if isinstance(outcome, Transient) else None)

    def _refused(self, why: str) -> Problem:
        self._log(FLOW, "unauthenticated", detail=why)
        return Problem(401, "UNAUTHENTICATED")


def operator(event: Mapping[str, Any]) -> Caller:
    """Who signed the request, as API Gateway found out (authorizer AWS_IAM). Raises Problem (401) where nobody did: a
    route that lost its authorizer stays shut."""
    context = event.get("requestContext") or {}
    arn = ((context.get("authorizer") or {}).get("iam") or {}).get("userArn")
    if not isinstance(arn, str) or not arn:
        raise Problem(401, "UNAUTHENTICATED")
    return Caller("", arn, kind="iam")


def _bearer(header: str) -> str:
    return header[len(_BEARER) :].strip() if header[: len(_BEARER)].lower() == _BEARER else ""
