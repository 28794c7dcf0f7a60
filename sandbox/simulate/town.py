"""Who lives in a history: portals with their lines, WhatsApp numbers, customers. All of it drawn from the seed."""

from dataclasses import dataclass, replace
from random import Random
from typing import Any

from ponte.queue.sqs import PACK_FROM

CONNECTOR = "ponte_whatsapp"
FLOODS = 0.08
SHUT_WINDOWS = 0.15
OLD_CHAT = 70_000
TEMPLATE: dict[str, Any] = {
    "id": "1",
    "name": "retomar",
    "language": "pt_BR",
    "status": "APPROVED",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": "Olá, {{1}}! Podemos continuar?"}],
}
APP_SECRET = "simulated-app-secret"
CLIENT_ID, CLIENT_SECRET = "local.simulated", "simulated-client-secret"
NAMES = ("Marina Duarte", "João da Silva", "Zé", "Ana Lúcia Prado", "山田 太郎", "", "O'Neill 3º", "Bia")


@dataclass(frozen=True, slots=True)
class Customer:
    """wa_id or user_id may be "": some people are known by phone alone, some by BSUID alone."""

    name: str
    wa_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Friendship:
    """A customer who writes to a number: one conversation. messages, answers: how many each side will write.

    chat_id: of the chat they have had since long ago, in which the 24-hour window is shut; 0 for a new acquaintance.
    """

    customer: Customer
    phone_number_id: str
    messages: int
    answers: int
    chat_id: int = 0


@dataclass(frozen=True, slots=True)
class Town:
    """flood: Meta held webhooks back and posts what all customers wrote at once, more than travels one by one."""

    scenario: dict[str, Any]
    friendships: tuple[Friendship, ...]
    flood: bool = False


def draw(rng: Random, now_s: int, *, is_plain: bool = False) -> Town:
    """One or two portals, one or two numbers each, two to four customers; about thirty messages in all. is_plain: no
    floods and no shut windows."""
    portals, numbers = [], []
    for at in range(rng.choice((1, 1, 2))):
        lines = []
        for line in range(rng.choice((1, 1, 2))):
            phone_number_id = f"10000000000{at}{line}"
            numbers.append(_number(rng, phone_number_id))
            lines.append(_line(rng, 100 + line, phone_number_id))
        portals.append(_portal(rng, at, lines, now_s))
    customers = [_customer(rng, n) for n in range(rng.randint(2, 4))]
    ids = [number["phone_number_id"] for number in numbers]
    pairs = [(customer, rng.choice(ids)) for customer in customers]
    pairs += [(customer, other) for customer in customers for other in ids if rng.random() < 0.25]
    friendships = tuple(
        Friendship(customer, number, rng.randint(2, 6), rng.randint(1, 5))
        for customer, number in dict.fromkeys(pairs[:5])
    )
    flood = rng.random() < FLOODS and not is_plain
    if flood:
        friendships = _flooding(rng, customers, ids[0])
    elif rng.random() < SHUT_WINDOWS and not is_plain:
        friendships = (_an_old_one(rng, friendships[0], numbers, portals, now_s), *friendships[1:])
    meta = {
        "app_secret": APP_SECRET,
        "verify_token": "verify",
        "access_token": "graph-token",
        "numbers": numbers,
        "templates": [TEMPLATE],
    }
    bitrix24 = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "portals": portals}
    return Town({"timing": {}, "meta": meta, "bitrix24": bitrix24}, friendships, flood)


def _flooding(rng: Random, customers: list[Customer], number: str) -> tuple[Friendship, ...]:
    """Two or three customers of one number, whose messages together are too many for a queue message each."""
    few = customers[:3]
    left = PACK_FROM + rng.randint(1, 6)
    counts = [left // len(few)] * len(few)
    counts[0] += left - sum(counts)
    return tuple(Friendship(one, number, count, rng.randint(1, 2)) for one, count in zip(few, counts, strict=True))


def _an_old_one(
    rng: Random, friend: Friendship, numbers: list[dict[str, Any]], portals: list[dict[str, Any]], now_s: int
) -> Friendship:
    """The customer last wrote more than a day ago. Most numbers have a template that asks whether to go on."""
    customer = friend.customer
    (line, portal) = next((y, p) for p in portals for y in p["lines"] if y["phone_number_id"] == friend.phone_number_id)
    chat = {"chat_id": OLD_CHAT, "external": "velho", "connector": CONNECTOR, "line": line["line"]}
    ids = {key: value for key, value in (("wa_id", customer.wa_id), ("user_id", customer.user_id)) if value}
    named = {"bitrix_user_id": OLD_CHAT + 1, "name": customer.name or "Cliente", **ids}
    last_inbound_ms = (now_s - rng.randint(25, 200) * 3600) * 1000
    portal["chats"] = [{**chat, **named, "last_inbound_ms": last_inbound_ms}]
    if rng.random() < 0.75:
        number = next(each for each in numbers if each["phone_number_id"] == friend.phone_number_id)
        asks = {"name": TEMPLATE["name"], "language": TEMPLATE["language"], "parameters": ["{primeiro_nome}"]}
        number["window_template"] = asks
    return replace(friend, chat_id=OLD_CHAT)


def _number(rng: Random, phone_number_id: str) -> dict[str, Any]:
    pair = rng.choice(({"pair_per_s": 0.1667, "pair_burst": 45}, {"pair_per_s": 5, "pair_burst": 45}))
    return {
        "phone_number_id": phone_number_id,
        "waba_id": "200" + phone_number_id[3:],
        "display_phone_number": "+55 11 4000-00" + phone_number_id[-2:],
        "rate": {"per_s": 80, "burst": 80, **pair},
    }


def _line(rng: Random, line: int, phone_number_id: str) -> dict[str, Any]:
    signature = rng.random() < 0.3
    return {"connector": CONNECTOR, "line": line, "signature": signature, "phone_number_id": phone_number_id}


def _portal(rng: Random, at: int, lines: list[dict[str, Any]], now_s: int) -> dict[str, Any]:
    rate = rng.choice(({"per_s": 2, "burst": 45}, {"per_s": 20, "burst": 100}, {"per_s": 20, "burst": 100}))
    soon = rng.choice((30, 290, 310, 900, 3600))  # a token's end may fall into the history
    return {
        "member_id": f"{at}" * 32,
        "domain": f"empresa{at}.bitrix24.com.br",
        "application_token": f"application-token-{at}",
        "status": "active",
        "access_token": f"access-{at}",
        "refresh_token": f"refresh-{at}",
        "expires_at": now_s + soon,
        "crm": rng.choice(("contact", "contact", "lead", "none")),
        "rate": rate,
        "contacts": [],
        "lines": lines,
    }


def _customer(rng: Random, n: int) -> Customer:
    """Brazilian mobiles with and without the ninth digit, landlines, and people without a phone."""
    kind = rng.random()
    wa_id = rng.choice(("551198765", "55119876", "55113333")) + f"{n:04d}"
    user_id = f"BR.{700000 + n}"
    if kind < 0.2:
        return Customer(rng.choice(NAMES), "", user_id)
    return Customer(rng.choice(NAMES), wa_id, user_id if kind < 0.6 else "")
