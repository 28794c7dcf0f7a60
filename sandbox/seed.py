"""A scenario as the stack's own configuration: the items that an operator's installation would have left in Core.

Built with the functions' own item builders, so that the sandbox cannot invent a shape they do not read.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import cast

from ponte.bitrix24.events import OperatorMessage
from ponte.mappings import Conversation, Line, MemberId, Number, PersonId, PhoneNumberId, Portal, Rate
from ponte.people.callers import caller
from ponte.runtime.bitrix24_envelopes import operator_message
from ponte.storage import keys
from ponte.storage.conversations import Conversations
from ponte.storage.directory import line_item, number_item, portal_item, window_template_of
from ponte.storage.grants import Cipher, context
from ponte.storage.ledger import TTL_SECONDS
from ponte.storage.ledger_items import STEP
from ponte.storage.table import Item, Table
from sandbox import scenario as given
from sandbox.office_seed import Collected

SERVER_ENDPOINT = "https://oauth.bitrix.info/rest/"
INSTALLER = "1"  # the portal's first user, an administrator
type Lines = dict[tuple[str, int], str]


def app_secret(scenario: given.Scenario) -> dict[str, object]:
    """The JSON of the stack's one secret."""
    meta, bitrix24 = scenario["meta"], scenario["bitrix24"]
    return {
        "meta": {
            "app_secrets": [meta["app_secret"]],
            "verify_tokens": [meta["verify_token"]],
            "access_token": meta["access_token"],
        },
        "bitrix24": {"client_id": bitrix24["client_id"], "client_secret": bitrix24["client_secret"]},
    }


def core_items(scenario: given.Scenario, cipher: Cipher) -> list[Item]:
    """Timing, portals with their encrypted tokens, lines, numbers, conversations."""
    pk, sk = keys.timing()
    timing: Item = {"pk": pk, "sk": sk}
    timing |= {f"{name}_milli": round(float(seconds) * 1000) for name, seconds in _timing(scenario).items()}
    items = [timing]
    joined: dict[str, tuple[str, str, int]] = {}
    for portal in scenario["bitrix24"]["portals"]:
        items += _portal(portal, cipher)
        for line in portal["lines"]:
            phone_number_id = line.get("phone_number_id", "")
            if phone_number_id:
                items.append(line_item(_line(portal["member_id"], line, phone_number_id)))
                joined.setdefault(phone_number_id, (portal["member_id"], line["connector"], line["line"]))
    numbers = {each["phone_number_id"]: _number(each, joined) for each in scenario["meta"]["numbers"]}
    for portal in scenario["bitrix24"]["portals"]:
        items += seed_chats(portal, numbers)
    return items + [number_item(number) for number in numbers.values()]


def _timing(scenario: given.Scenario) -> dict[str, float]:
    timing = scenario["timing"]
    return {
        "unknown_wait_s": timing["unknown_wait_s"],
        "retry_first_s": timing["retry_first_s"],
        "retry_cap_s": timing["retry_cap_s"],
        "lease_s": timing["lease_s"],
    }


def _portal(portal: given.Portal, cipher: Cipher) -> Iterator[Item]:
    member_id = portal["member_id"]
    value = Portal(
        member_id=MemberId(member_id),
        domain=portal["domain"],
        client_endpoint=f"https://{portal['domain']}/rest/",
        server_endpoint=SERVER_ENDPOINT,
        application_token_hash=hashlib.sha256(portal["application_token"].encode()).hexdigest(),
        status=portal["status"],  # type: ignore[arg-type]  # the schema allows no other value
        crm=portal["crm"],  # type: ignore[arg-type]
        rate=Rate(portal["rate"]["per_s"], round(portal["rate"]["burst"])),
        token_expires_at=int(portal["expires_at"]),
        version=1,
        user_id=INSTALLER,
        installed=portal["installed"],
    )
    tokens = {
        f"{name}_ct": cipher.encrypt(secret, context(member_id, name))
        for name, secret in (("access_token", portal["access_token"]), ("refresh_token", portal["refresh_token"]))
    }
    yield portal_item(value) | tokens
    pk, sk = keys.portal_address(portal["domain"])
    yield {"pk": pk, "sk": sk, "member_id": member_id}


def _line(member_id: str, line: given.Line, phone_number_id: str) -> Line:
    return Line(
        member_id=MemberId(member_id),
        connector=line["connector"],
        line=line["line"],
        phone_number_id=PhoneNumberId(phone_number_id),
        signature=line["signature"],
        active=line["active"],
    )


def _number(number: given.Number, joined: dict[str, tuple[str, str, int]]) -> Number:
    member_id, connector, line = joined.get(number["phone_number_id"], ("", "", 0))
    rate = number["rate"]
    return Number(
        phone_number_id=PhoneNumberId(number["phone_number_id"]),
        waba_id=number["waba_id"],
        display_phone_number=number["display_phone_number"],
        member_id=MemberId(member_id),
        connector=connector,
        line=line,
        rate=Rate(rate["per_s"], round(rate["burst"])),
        pair_rate=Rate(rate["pair_per_s"], round(rate["pair_burst"])),
        portfolio_id=number.get("portfolio_id", ""),
        window_template=window_template_of(number.get("window_template")),
        shows_typing=number.get("typing", False),
        tells_crm=number.get("tells_crm", True),
    )


def _line_numbers(portal: given.Portal) -> Lines:
    return {(line["connector"], line["line"]): line.get("phone_number_id", "") for line in portal["lines"]}


def seed_chats(portal: given.Portal, known: Mapping[str, Number]) -> list[Item]:
    """The conversations that the scenario's chats stand for; a chat on a line without a number has none.

    Without an address of its own a chat is addressed by `external`: digits are a phone, anything else a BSUID.
    """
    numbers = _line_numbers(portal)
    collected = Collected()
    for chat in portal["chats"]:
        phone_number_id = numbers.get((chat["connector"], chat["line"]), "")
        if not phone_number_id:
            continue
        wa_id, user_id = chat.get("wa_id", ""), chat.get("user_id", "")
        if not wa_id and not user_id:
            wa_id, user_id = (chat["external"], "") if chat["external"].isdigit() else ("", chat["external"])
        person = caller(wa_id, user_id, chat.get("parent_user_id", ""), chat.get("name", ""))
        conversation = Conversation(
            phone_number_id=PhoneNumberId(phone_number_id),
            person=PersonId(chat["external"]),
            member_id=MemberId(portal["member_id"]),
            connector=chat["connector"],
            line=chat["line"],
            external=chat["external"],
            name=person.name,
            wa_id=wa_id,
            user_id=user_id,
            parent_user_id=person.parent_user_id,
            chat_id=str(chat["chat_id"]),
            contact_id=str(chat.get("contact_id", "")),
            last_inbound_ms=chat.get("last_inbound_ms", 0),
            portfolio=known[phone_number_id].portfolio_id if phone_number_id in known else "",
        )
        Conversations(cast(Table, collected)).put(conversation, person.aliases(), known.get(phone_number_id))
    return collected.items


def seed_sent(scenario: given.Scenario, now_ms: int) -> list[Item]:
    """Ledger items of the operators' messages that the scenario says were sent, each found by its wamids as well."""
    items: list[Item] = []
    for portal in scenario["bitrix24"]["portals"]:
        numbers = _line_numbers(portal)
        chats = {chat["external"]: chat for chat in portal["chats"]}
        for sent in portal["sent"]:
            chat = chats.get(sent["external"])
            if chat is None:
                continue
            phone_number_id = numbers.get((chat["connector"], chat["line"]), "")
            items += _sent(portal["member_id"], phone_number_id, chat, sent, now_ms)
    return items


def _sent(member_id: str, phone_number_id: str, chat: given.Chat, sent: given.Sent, now_ms: int) -> Iterator[Item]:
    message_id, chat_id = str(sent["im_message_id"]), str(chat["chat_id"])
    event_id = operator_message(member_id, chat["connector"], chat_id, message_id)
    expires_at = now_ms // 1000 + TTL_SECONDS
    pk, sk = keys.message(event_id)
    yield {
        "pk": pk,
        "sk": sk,
        "st": "SENT",
        "att": 1,
        "t0": now_ms,
        "received_ms": now_ms,
        "done_ms": now_ms,
        "event_id": event_id,
        "source": "b24",
        "source_id": message_id,
        "scope": member_id,
        "kind": OperatorMessage.__name__,
        "conversation": chat["external"],
        "expires_at": expires_at,
        "ref": {
            "member_id": member_id,
            "connector": chat["connector"],
            "line": chat["line"],
            "chat_id": chat_id,
            "message_id": message_id,
            "external": chat["external"],
        },
        "log": [{"at_ms": now_ms, "step": "sent", "detail": "scenario"}],
        **{f"{STEP}send{part}": {"wamid": wamid} for part, wamid in enumerate(sent["wamids"])},
    }
    for part, wamid in enumerate(sent["wamids"]):
        pk, sk = keys.whatsapp_message(phone_number_id, wamid)
        yield {"pk": pk, "sk": sk, "event_id": event_id, "part": part, "expires_at": expires_at}
