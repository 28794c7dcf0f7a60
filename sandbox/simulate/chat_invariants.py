"""What operators see beside the messages: one chat a customer and line, one CRM entity a customer, one notice a failed
message."""

from collections import defaultdict
from collections.abc import Mapping

from ponte.storage.table import Item
from ponte.texts import text as sentence
from sandbox.phones import Phone
from sandbox.portals import CONTACT, LEAD, ImChat, PortalState
from sandbox.simulate.history import History
from sandbox.simulate.marks import content_of, token_shown
from sandbox.simulate.people import chat_is_of, whom
from sandbox.simulate.verdict import Verdict

NOT_DELIVERED = tuple(  # with the message's own words or without
    sentence(key, "pt-BR", why="\0", about="\0").partition("\0")[0]
    for key in ("notice.not_delivered", "notice.not_delivered_about")
)

type Place = tuple[PortalState, int]


def judge(history: History, verdict: Verdict, items: Mapping[str, Item], portals: Mapping[str, Place]) -> None:
    """items: the ledger's, by event id. portals: by phone_number_id, with the number of the line."""
    customers: dict[int, set[str]] = defaultdict(set)
    for phone in history.world.phones.phones:
        portal, line = portals[phone.phone_number_id]
        mine = [chat for chat in portal.chats.values() if chat.line == line and chat_is_of(chat, phone)]
        if len(mine) > 1:
            verdict.add("two chats", whom(phone))
        if mine:
            customers[id(portal)].add(whom(phone))
            _notices(history, verdict, items, phone, mine[0])
    for portal in history.world.portals:
        entities = len(portal.items[CONTACT]) + len(portal.items[LEAD])
        risked = any("add_contact" in str(item.get("log")) and item.get("dup_risk") for item in items.values())
        if entities > len(customers[id(portal)]) and not risked:
            verdict.add("two contacts", f"{entities} for {len(customers[id(portal)])}")


def _notices(history: History, verdict: Verdict, items: Mapping[str, Item], phone: Phone, chat: ImChat) -> None:
    receipts = history.posts.receipts
    failed = [m for m in phone.messages if m.id in receipts.failed and m.id not in receipts.delivered]
    arrived = {content_of(m) for m in phone.messages if m.id in receipts.delivered}
    missed = [m for m in failed if content_of(m) not in arrived]  # where a copy arrived, nobody has to be told
    told = sum(1 for m in chat.messages if m.sender == "system" and m.text.startswith(NOT_DELIVERED))
    risked = sum(1 for item in items.values() if item.get("dup_risk"))
    # One notice, however many parts of a message failed.
    whole = {token_shown(m) for m in missed}
    if told < len(whole) or told > len(failed) + risked:
        verdict.add("notices", f"{told} for {len(failed)} failed messages")
