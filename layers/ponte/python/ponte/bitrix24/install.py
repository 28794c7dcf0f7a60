"""The pages a portal opens inside itself: install wizard, app page, connector settings. No I/O; stdlib only.

The administrator's browser posts them: what they say is unproven until app.info on the OAuth server says the same
(requests.oauth_app_info). Source: bitrix24/b24restdocs, oauth/simple-way.md, tutorials/openlines/example-connector.md
(read 2026-11).
"""

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any, TypedDict

from ponte.bitrix24 import hosts
from ponte.bitrix24.tame import branch, integer, scalar, yes

_MEMBER_ID = re.compile(r"[0-9A-Za-z_.\-]{1,64}")
_WORD = re.compile(r"[A-Za-z0-9_\-]{0,64}")
_MAX_OPTIONS = 4096


class PlacementOptions(TypedDict, total=False):
    """Only what was sent and could be read. active_status: 1 or 0."""

    line: int
    active_status: int
    connector: str


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """auth_id: access token. refresh_id: refresh token. expires_in: seconds. domain: "" unless allow-listed.

    application_token, server_endpoint: None where older portals leave them out. placement: "DEFAULT",
    "SETTING_CONNECTOR", ... in upper case. lang: the portal's, lower case ("br", "en").
    """

    auth_id: str = field(repr=False)
    refresh_id: str = field(repr=False)
    expires_in: int
    member_id: str
    application_token: str | None = field(repr=False)
    server_endpoint: str | None
    domain: str
    placement: str
    options: PlacementOptions
    lang: str
    status: str
    scope: str

    @property
    def is_complete(self) -> bool:
        """Whether it holds what a check with the OAuth server needs; else answer 400."""
        return bool(self.auth_id and self.member_id and self.domain)


def parse_install(query: dict[str, Any], tree: dict[str, Any]) -> InstallRequest:
    """Read a page request: query {DOMAIN, LANG, ...}, body {AUTH_ID, REFRESH_ID, member_id, PLACEMENT, ...}.

    Never raises: what is missing or of another shape is empty, see `is_complete`.
    """
    member_id = scalar(tree.get("member_id"), 64)
    return InstallRequest(
        auth_id=scalar(tree.get("AUTH_ID"), 4096),
        refresh_id=scalar(tree.get("REFRESH_ID"), 4096),
        expires_in=integer(tree.get("AUTH_EXPIRES")) or 0,
        member_id=member_id if _MEMBER_ID.fullmatch(member_id) else "",
        application_token=scalar(tree.get("APPLICATION_TOKEN"), 255) or None,
        server_endpoint=scalar(tree.get("SERVER_ENDPOINT"), 2048) or None,
        domain=hosts.portal_host(scalar(query.get("DOMAIN") or tree.get("DOMAIN"), 255)),
        placement=_word(tree.get("PLACEMENT")).upper() or "DEFAULT",
        options=_options(tree.get("PLACEMENT_OPTIONS")),
        lang=_word(query.get("LANG") or tree.get("LANG")).lower(),
        status=_word(tree.get("status")),
        scope=scalar(tree.get("APPLICATION_SCOPE"), 2048),
    )


def _word(node: Any) -> str:
    word = scalar(node, 64)
    return word if _WORD.fullmatch(word) else ""


def _options(node: Any) -> PlacementOptions:
    """PLACEMENT_OPTIONS is a JSON string, on some portals with HTML entities; keys in any case."""
    if isinstance(node, str):
        node = _json(node) if len(node) <= _MAX_OPTIONS else None
    if not isinstance(node, dict):
        return {}
    named = {key.lower(): value for key, value in node.items() if isinstance(key, str)}
    options: PlacementOptions = {}
    line = integer(branch(named, "line"))
    if line is not None:
        options["line"] = line
    if "active_status" in named:
        options["active_status"] = int(yes(named["active_status"]))
    connector = _word(named.get("connector")).lower()
    if connector:
        options["connector"] = connector
    return options


def _json(text: str) -> Any:
    for candidate in (text, html.unescape(text)):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None
