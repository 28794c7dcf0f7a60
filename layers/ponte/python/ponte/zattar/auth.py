"""Who an access token of a member of staff belongs to: whom to ask, the question, and the answer.

A token is a JWT of the office's own Supabase project. Nothing that stands in it is believed but the address to ask,
and that only as far as an office of ours answers there; the project itself says whose token it is and whether it still
stands (a session that ended, a user who was banned).

Source: supabase.com/docs/guides/auth/jwt-fields, github.com/supabase/auth error codes (read 2026-11-25).
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ponte.errors import HostRefused
from ponte.http import HttpRequest, HttpResponse
from ponte.outcome import Expired, Outcome, Rejected, Succeeded, Transient, Unknown
from ponte.zattar import hosts
from ponte.zattar.rest import Project

MAX_TOKEN_CHARS = 8192  # API Gateway takes 10 KB of headers in all
TIMEOUT_SECONDS = 5.0
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_ISSUER = re.compile(r"https://([a-z0-9.-]{1,253})/auth/v1")
_SCOPE = re.compile(r"[a-z][a-z0-9_:.-]{0,63}")
_MAX_SCOPES = 50


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of itself, unproved. host: of the project that is to be asked. sub: whom it names."""

    host: str
    sub: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class User:
    """id: of auth.users. scopes: what `app_metadata.scopes` allows them, which only the office's administration can
    write; user_metadata, which users write themselves, is not looked at."""

    id: str
    scopes: frozenset[str] = frozenset()


def unproved_claims(token: str) -> Claims | None:
    """None for anything that is no token of some project's."""
    if len(token) > MAX_TOKEN_CHARS or not _TOKEN.fullmatch(token):
        return None
    middle = token.split(".")[1]
    try:
        tree = json.loads(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    issuer, sub = (tree.get("iss"), tree.get("sub")) if isinstance(tree, dict) else (None, None)
    found = _ISSUER.fullmatch(issuer) if isinstance(issuer, str) else None
    if found is None or not isinstance(sub, str) or not sub or not hosts.is_project_host(found[1]):
        return None
    return Claims(found[1], sub)


def whose(project: Project, token: str) -> HttpRequest:
    """Ask the project whose token this is. Raises HostRefused unless its host is a Supabase project's."""
    host = hosts.project_host(project.host)
    if not host:
        raise HostRefused
    headers = {"apikey": project.service_key, "Authorization": f"Bearer {token}", "Accept": "application/json"}
    return HttpRequest("GET", f"https://{host}/auth/v1/user", headers, b"", TIMEOUT_SECONDS)


def classify(response: HttpResponse) -> Outcome:
    """Succeeded {"user": User}; Rejected: not, or no longer, a user's token; Expired: our own key was refused, read it
    anew; Transient: nobody can say now."""
    body = response.json()
    told: Mapping[str, Any] = body if isinstance(body, dict) else {}
    status = response.status
    if status == 200:
        user = _user(told)
        return Succeeded({"user": user}) if user else Rejected("no_user")
    if status == 401 and "api key" in str(told.get("message", "")).lower():
        return Expired("key_refused")
    if status in (408, 429) or status >= 500:
        return Transient(f"http_{status}")
    return Rejected("token_refused")


def settled(outcome: Outcome) -> Outcome:
    """A question whose answer was lost may be asked again."""
    return Transient(outcome.code) if isinstance(outcome, Unknown) else outcome


def _user(told: Mapping[str, Any]) -> User | None:
    """None for a guest: somebody who signed in without saying who they are is no member of staff."""
    user_id = told.get("id")
    if not isinstance(user_id, str) or not user_id or told.get("is_anonymous") is True:
        return None
    metadata = told.get("app_metadata")
    return User(user_id, _scopes(metadata.get("scopes") if isinstance(metadata, dict) else None))


def _scopes(given: Any) -> frozenset[str]:
    """A list of words, or one text of words as OAuth writes it."""
    words = given.split() if isinstance(given, str) else given if isinstance(given, list) else []
    return frozenset(each for each in words[:_MAX_SCOPES] if isinstance(each, str) and _SCOPE.fullmatch(each))
