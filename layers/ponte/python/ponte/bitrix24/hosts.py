"""Which hosts we talk to for Bitrix24. Tokens go to nobody else, the client secret only to the two OAuth servers.

Addresses arrive in posts anybody can send and in redirects, so nothing is called before it went through here. Names are
compared exactly, as ASCII host names: no port, no user part, no trailing dot, no encoded or international look-alikes.
"""

import re
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

OAUTH_HOSTS = frozenset({"oauth.bitrix.info", "oauth.bitrix24.tech"})
DEFAULT_OAUTH_HOST = "oauth.bitrix.info"

# The zones in which the vendor gives portals their names, as its own product lists them (portal zone -> domain, read
# 2026-11). Zones for sites its customers build (bitrix24.site, .shop) or for its own services (.net, .tech) are left
# out on purpose, and so is every domain we could not confirm: a wrong one would be handed tokens.
_ZONES = (
    *("com", "com.br", "com.tr", "eu", "de", "es", "fr", "it", "pl"),
    *("in", "cn", "jp", "vn", "id", "ru", "ua", "by", "kz"),
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PORTAL_HOST = re.compile(rf"(?:{_LABEL}\.){{1,3}}bitrix24\.(?:{'|'.join(map(re.escape, _ZONES))})")
_MAX_URL = 2048


def is_portal_host(host: str) -> bool:
    """Whether `host`, in lower case, is a name under one of the vendor's portal zones."""
    return len(host) <= 253 and _is_in_a_zone(host)


@lru_cache(maxsize=1024)  # asked several times on the way of each call
def _is_in_a_zone(host: str) -> bool:
    return _PORTAL_HOST.fullmatch(host) is not None


def portal_host(domain: str) -> str:
    """The domain as a portal's host name, or "" when it is not one. Case and surrounding blanks do not matter."""
    host = domain.strip().lower()
    return host if is_portal_host(host) else ""


def portal_url(domain: str) -> str:
    """The portal's address for people, "https://contoso.bitrix24.com.br/", or "" for anything that is no portal."""
    host = portal_host(domain)
    return f"https://{host}/" if host else ""


def host_of(url: str) -> str:
    """The portal's host of an https address anywhere in a portal, or ""."""
    parts = _split(url)
    return portal_host(parts.netloc) if parts else ""


def client_endpoint(url: str) -> str:
    """The REST address of a portal, "https://{host}/rest/", or "" when `url` is not one.

    Takes what events, refresh answers and redirects carry; a longer path (/rest/<method>.json) is cut off.
    """
    parts = _split(url)
    if parts is None or not (parts.path == "/rest" or parts.path.startswith("/rest/")):
        return ""
    host = portal_host(parts.netloc)
    return f"https://{host}/rest/" if host else ""


def endpoint_of(domain: str) -> str:
    """The REST address of the portal with this domain, or ""."""
    host = portal_host(domain)
    return f"https://{host}/rest/" if host else ""


def oauth_host(server_endpoint: str | None) -> str:
    """The OAuth server a grant belongs to; anything but the two known ones gives the default one."""
    parts = _split(server_endpoint or "")
    host = parts.netloc.lower() if parts else ""
    return host if host in OAUTH_HOSTS else DEFAULT_OAUTH_HOST


def _split(url: str) -> SplitResult | None:
    if len(url) > _MAX_URL or not url.isascii() or not url.isprintable() or "\\" in url or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme == "https" else None
