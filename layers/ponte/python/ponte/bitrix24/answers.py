"""Typed reads of what calls answered: each takes `Succeeded.result` of `errors.classify`, the whole decoded body.

Portals give ids as numbers or strings, and [] for an empty map; ids come out as strings here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ponte.bitrix24 import hosts
from ponte.bitrix24.tame import branch, elements, integer, portal_id, scalar, strings, yes

type Answer = Mapping[str, Any]


def contact_ids(answer: Answer) -> list[str]:
    """Of crm.duplicate.findbycomm: contacts, in the portal's order; [] for none."""
    found = elements(branch(answer["result"], "CONTACT")) or []
    return [found_id for found_id in map(portal_id, found) if found_id]


def item_id(answer: Answer) -> str:
    """Of crm.item.add: the new entity, "" if the answer names none."""
    return portal_id(branch(answer["result"], "item", "id"))


def item_ids(answer: Answer) -> list[str]:
    """Of crm.item.list: the entities of this page, in order."""
    found = elements(branch(answer["result"], "items")) or []
    return [found_id for found_id in (portal_id(branch(item, "id")) for item in found) if found_id]


def message_id(answer: Answer) -> str:
    """Of im.message.add: the new message."""
    return portal_id(answer["result"])


def crm_chat_ids(answer: Answer, connector: str) -> list[str]:
    """Of imopenlines.crm.chat.get: the chats that came through `connector`."""
    found = elements(answer["result"]) or []
    return [
        portal_id(branch(chat, "CHAT_ID"))
        for chat in found
        if scalar(branch(chat, "CONNECTOR_ID")) == connector and portal_id(branch(chat, "CHAT_ID"))
    ]


def chat_id(answer: Answer) -> str:
    """Of imopenlines.session.open: the chat."""
    return portal_id(branch(answer["result"], "chatId"))


@dataclass(frozen=True, slots=True)
class DialogIds:
    """A chat's ids; "" where it has none. user_code: connector|line|external|user, as the portal has it."""

    chat_id: str
    user_code: str
    session_id: str
    lead_id: str
    contact_id: str
    deal_id: str


def dialog_ids(answer: Answer) -> DialogIds:
    """Of imopenlines.dialog.get."""
    card = answer["result"]
    state = scalar(branch(card, "entity_data_1")).split("|")
    bound = scalar(branch(card, "entity_data_2")).split("|")
    ids = dict(zip(bound[::2], map(portal_id, bound[1::2]), strict=False))
    return DialogIds(
        chat_id=portal_id(branch(card, "id")),
        user_code=scalar(branch(card, "entity_id")),
        session_id=portal_id(state[5]) if len(state) > 5 else "",
        lead_id=ids.get("LEAD", ""),
        contact_id=ids.get("CONTACT", ""),
        deal_id=ids.get("DEAL", ""),
    )


def message_count(answer: Answer) -> int:
    """Of imopenlines.dialog.get: how many messages the chat has, in all of its sessions; 0 where it does not tell."""
    return integer(branch(answer["result"], "message_count")) or 0


def handlers(answer: Answer) -> list[tuple[str, str]]:
    """Of event.get: (EVENT, handler address) of each online handler."""
    return [
        (scalar(branch(handler, "event")).upper(), scalar(branch(handler, "handler"), 4096))
        for handler in elements(answer["result"]) or []
        if not yes(branch(handler, "offline"))
    ]


def is_installed(answer: Answer) -> bool:
    """Of app.info: False while installFinish is missing, when no event is delivered although binding succeeds."""
    return yes(branch(answer["result"], "INSTALLED"))


def line_works(answer: Answer) -> bool:
    """Of imconnector.status: configured, switched on and without error."""
    result = answer["result"]
    return yes(branch(result, "STATUS")) and yes(branch(result, "CONFIGURED")) and not yes(branch(result, "ERROR"))


@dataclass(frozen=True, slots=True)
class OpenLine:
    """An open line of the portal."""

    line: int
    name: str
    active: bool


def open_lines(answer: Answer) -> list[OpenLine]:
    """Of imopenlines.config.list.get."""
    lines = []
    for config in elements(answer["result"]) or []:
        number = integer(branch(config, "ID"))
        if number is not None:
            lines.append(OpenLine(number, scalar(branch(config, "LINE_NAME")), yes(branch(config, "ACTIVE"))))
    return lines


@dataclass(frozen=True, slots=True)
class GrantOwner:
    """Whose access token it is. client_endpoint, domain: "" unless allow-listed. client_id must be compared with ours,
    member_id with what the post claimed."""

    client_id: str
    member_id: str
    domain: str
    client_endpoint: str
    status: str
    user_id: str
    scopes: frozenset[str]
    is_installed: bool


def grant_owner(answer: Answer) -> GrantOwner:
    """Of app.info on the OAuth server (setup.oauth_app_info): the only proof of an installation's tokens."""
    result = answer["result"]
    install = branch(result, "install")
    scope = branch(result, "scope")
    return GrantOwner(
        client_id=scalar(branch(result, "client_id")),
        member_id=scalar(branch(install, "member_id"), 64),
        domain=hosts.portal_host(scalar(branch(install, "domain"), 255)),
        client_endpoint=hosts.client_endpoint(scalar(branch(install, "client_endpoint"), 2048)),
        status=scalar(branch(install, "status"), 8),
        user_id=scalar(branch(result, "user_id"), 20),
        scopes=frozenset(scalar(scope, 4096).split(",") if isinstance(scope, str) else strings(scope)) - {""},
        is_installed=yes(branch(install, "installed")),
    )
