"""Which hosts may be a tenant's Chatwoot. Chatwoot is self-hosted, so there is no list of the vendor's to hold against.

What can be judged by the name alone is judged here: https, a public-looking DNS name, no address, no port. That every
address behind the name is a public one is judged where the connection is made (runtime/tenant_hosts.py), which also
lets a tenant's calls go to that tenant's host only. Why: docs/decisions/0012.
"""

import re
from urllib.parse import urlsplit

_MAX_URL = 2048
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label is never numeric, so "127.1", "0x7f.1" and 1.2.3.4 are no names.
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})")
# Names that are resolved inside a network only. Source: RFC 6761, 6762, 8375; ICANN on .internal (2024-07-29).
_PRIVATE = ("localhost", "local", "internal", "intranet", "lan", "corp", "private", "home", "test", "invalid", "onion")


def is_public_name(host: str) -> bool:
    """Whether `host`, in lower case, is a DNS name that can stand in the public internet. International names: xn--."""
    if len(host) > 253 or _NAME.fullmatch(host) is None:
        return False
    return host.rpartition(".")[2] not in _PRIVATE and not host.endswith("home.arpa")


def host_of(api_url: str) -> str:
    """The host of an integration's `api_url`, in lower case, or "" when it is none that may be called.

    Taken: "https://chat.example.com", with or without a final slash, ":443", and the "/api/v1" or "/app" that people
    copy along. Anything else behind the host is refused: Chatwoot stands at the root of its host.
    """
    url = api_url.strip()
    if len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if (
        parts.scheme != "https"
        or parts.query
        or parts.fragment
        or parts.path.rstrip("/") not in ("", "/api/v1", "/app")
    ):
        return ""
    host = parts.netloc.lower().removesuffix(":443")
    return host if is_public_name(host) else ""
