"""What a row of integracoes is good for: Chatwoot's credentials out of one, and any row without its secrets.

The row's keys are Zattar's own words. A row that lacks something is not used in part: the names of what is missing or
unusable come back instead, to be told to whoever keeps the settings.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

from ponte.zattar.values import Integration

CHATWOOT = "chatwoot"
SHORTEST_KEY = 10  # Zattar's own form asks for as many
_LOOPBACK = ("127.0.0.1", "localhost")
_SECRET = re.compile(r"key|secret|token|senha|password|credential|authorization", re.IGNORECASE)
_HIDDEN = "••••"
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class ChatwootConfiguration:
    """api_url: https without a slash at its end. account_id: above 0. default_inbox_id: where contacts are made, None
    if not set. inbox_identifier: of an API inbox, for the public client API, "" if not set. The last three are the
    website's widget and WhatsApp's inbox, as Zattar's other parts use them."""

    integration_id: str
    api_url: str
    api_key: str = field(repr=False)
    account_id: int
    default_inbox_id: int | None = None
    inbox_identifier: str = ""
    website_token: str = field(default="", repr=False)
    widget_base_url: str = ""
    whatsapp_inbox_id: int | None = None


@dataclass(frozen=True, slots=True)
class Incomplete:
    """keys: of configuracao that are missing or unusable, in the order in which they are asked for."""

    integration_id: str
    keys: tuple[str, ...]


def in_use(integrations: Iterable[Integration], tipo: str) -> Integration | None:
    """The row that counts for a tipo: the first active one, in the order of `registry.integrations`."""
    return next((each for each in integrations if each.tipo == tipo and each.ativo), None)


def chatwoot(integration: Integration) -> ChatwootConfiguration | Incomplete:
    """The credentials in a row of tipo chatwoot.

    configuracao: {api_url, api_key, account_id, default_inbox_id?, inbox_identifier?, website_token?, widget_base_url?,
    whatsapp_inbox_id?}; numbers may be written as texts. A default_inbox_id that is no number is an inbox identifier,
    as in the plan's CHATWOOT_DEFAULT_INBOX_ID=abc.
    """
    given = integration.configuracao
    api_url, api_key = _address(_text(given, "api_url")), _text(given, "api_key")
    account_id = _number(given, "account_id")
    inbox_id = _number(given, "default_inbox_id")
    usable = {"api_url": bool(api_url), "api_key": len(api_key) >= SHORTEST_KEY, "account_id": account_id is not None}
    missing = tuple(key for key, fine in usable.items() if not fine)
    if missing or account_id is None:
        return Incomplete(integration.id, missing)
    return ChatwootConfiguration(
        integration_id=integration.id,
        api_url=api_url,
        api_key=api_key,
        account_id=account_id,
        default_inbox_id=inbox_id,
        inbox_identifier=_text(given, "inbox_identifier") or ("" if inbox_id else _text(given, "default_inbox_id")),
        website_token=_text(given, "website_token"),
        widget_base_url=_address(_text(given, "widget_base_url")),
        whatsapp_inbox_id=_number(given, "whatsapp_inbox_id"),
    )


def masked(configuracao: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration for lists, audits and pages, of any tipo: whatever its key's name says is secret is hidden.

    The last four signs of a secret of 16 or more stay, so that two can be told apart. Addresses lose user and query.
    """
    return {key: _masked(key, value, 0) for key, value in configuracao.items()}


def unmasked(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A configuration that was shown masked and comes back edited: what is as it was shown is what it was before. Keys
    that are left out stay, None takes one away. Raises ValueError for a mask in any other place: it is no secret."""
    after = dict(before)
    for key, value in given.items():
        if value is None:
            after.pop(key, None)
        elif key in before:
            after[key] = _unmasked(before[key], _masked(key, before[key], 0), value)
        else:
            after[key] = _unmasked(None, None, value)
    return after


def _unmasked(before: Any, shown: Any, given: Any) -> Any:
    if given == shown:
        return before
    if isinstance(given, Mapping):
        known, seen = (before, shown) if isinstance(before, Mapping) and isinstance(shown, Mapping) else ({}, {})
        return {key: _unmasked(known.get(key), seen.get(key), value) for key, value in given.items()}
    if isinstance(given, list):
        known_all, seen_all = (before, shown) if isinstance(before, list) and isinstance(shown, list) else ([], [])
        return [
            _unmasked(known, seen, one)
            for known, seen, one in zip_longest(known_all[: len(given)], seen_all[: len(given)], given)
        ]
    if isinstance(given, str) and _HIDDEN in given:
        raise ValueError("mask")
    return given


def _masked(key: str, value: Any, depth: int) -> Any:
    if depth >= _DEEPEST:
        return _HIDDEN
    if _SECRET.search(key) and value not in (None, "", False, True):
        return f"{_HIDDEN}{value[-4:]}" if isinstance(value, str) and len(value) >= 16 else _HIDDEN
    if isinstance(value, Mapping):
        return {inner: _masked(str(inner), one, depth + 1) for inner, one in value.items()}
    if isinstance(value, list):
        return [_masked(key, one, depth + 1) for one in value]
    if isinstance(value, str) and re.match(r"https?://", value, re.IGNORECASE):
        return re.sub(r"(?<=://)[^/@]*@", "", value.partition("?")[0])
    return value


def _text(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    return value.strip() if isinstance(value, str) else ""


def _number(given: Mapping[str, Any], key: str) -> int | None:
    value = given.get(key)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value.strip()):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63 else None


def _address(written: str) -> str:
    """An https address without user, query, fragment or a slash at its end; "" for anything else. Plain http is for
    loopback alone, since the key goes there."""
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    allowed = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    plain = written.isascii() and written.isprintable() and not re.search(r"[\s\\@?#]", written)
    if not (allowed and plain and host):
        return ""
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"
