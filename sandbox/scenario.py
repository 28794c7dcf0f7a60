"""The scenario: what the sandbox starts from and what it shows. Shape and defaults stand in scenario.schema.json.

The types below name the same keys for the type checker; a test holds both together. A scenario is plain JSON data and
stays mutable: the fakes write into it what they change (tokens after a refresh, the domain after a rename).
"""

import base64
import binascii
import json
import secrets
from pathlib import Path
from typing import Any, NotRequired, TypedDict, cast

from sandbox import office_tables
from sandbox.office_scenario import Zattar
from sandbox.shapes import Refused, check, parse_json

FOLDER = Path(__file__).parent
SCHEMA: dict[str, Any] = json.loads((FOLDER / "scenario.schema.json").read_text(encoding="utf-8"))
TOKEN_LIFE_S = 3600

type Id = int | str


class Timing(TypedDict):
    unknown_wait_s: float
    retry_first_s: float
    retry_cap_s: float
    lease_s: float


class NumberRate(TypedDict):
    per_s: float
    burst: float
    pair_per_s: float
    pair_burst: float


class WindowTemplate(TypedDict):
    name: str
    language: str
    parameters: list[str]


class Number(TypedDict):
    phone_number_id: str
    waba_id: str
    portfolio_id: NotRequired[str]
    display_phone_number: str
    window_template: NotRequired[WindowTemplate]
    typing: NotRequired[bool]
    tells_crm: NotRequired[bool]
    rate: NumberRate


class Media(TypedDict):
    id: str
    mime_type: str
    sha256: NotRequired[str]
    bytes_base64: str
    status: NotRequired[int]


class Meta(TypedDict):
    app_secret: str
    verify_token: str
    access_token: str
    numbers: list[Number]
    wamids: list[str]
    media: list[Media]
    templates: list[dict[str, Any]]


class PortalRate(TypedDict):
    per_s: float
    burst: float


class Contact(TypedDict):
    id: Id
    name: str
    phones: list[str]


class Line(TypedDict):
    connector: str
    line: int
    signature: bool
    phone_number_id: NotRequired[str]
    active: bool


class Chat(TypedDict):
    chat_id: Id
    external: str
    connector: str
    line: int
    bitrix_user_id: Id
    contact_id: NotRequired[Id]
    name: NotRequired[str]
    wa_id: NotRequired[str]
    user_id: NotRequired[str]
    parent_user_id: NotRequired[str]
    last_inbound_ms: NotRequired[int]
    history_access: str


class Sent(TypedDict):
    im_message_id: Id
    wamids: list[str]
    external: str


class File(TypedDict):
    code: str
    name: str
    mime_type: str
    bytes_base64: str


class Portal(TypedDict):
    member_id: str
    domain: str
    application_token: str
    status: str
    access_token: str
    refresh_token: str
    expires_at: float
    crm: str
    rate: PortalRate
    installed: bool
    contacts: list[Contact]
    lines: list[Line]
    chats: list[Chat]
    sent: list[Sent]
    files: list[File]


class Bitrix24(TypedDict):
    client_id: str
    client_secret: str
    portals: list[Portal]


class ChatwootAccount(TypedDict):
    """webhooks, inboxes, agents, contacts, conversations, messages: rows as the API shows them, contacts with `labels`
    beside. role: of the integration user. limits: calls of a minute, all and searches."""

    host: str
    account_id: int
    name: str
    api_key: str
    integration_user_id: int
    role: str
    suspended: bool
    version: str
    bot_keys: list[str]
    attribute_definitions: list[str]
    limits: dict[str, int]
    webhooks: list[dict[str, Any]]
    inboxes: list[dict[str, Any]]
    agents: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class Chatwoot(TypedDict):
    accounts: list[ChatwootAccount]


class Scenario(TypedDict):
    """meta, bitrix24, chatwoot and zattar are there after `load`: empty when the given scenario leaves them out."""

    timing: Timing
    meta: Meta
    bitrix24: Bitrix24
    chatwoot: Chatwoot
    zattar: Zattar


def load(data: Any, now_s: float) -> Scenario:
    """Check a decoded scenario and fill in its defaults; the given value is not changed.

    now_s: unix seconds, for tokens without `expires_at`. Raises Refused with the path of the first fault.
    """
    checked = check(data, SCHEMA)
    checked.setdefault("meta", _no_meta())
    checked.setdefault("bitrix24", _no_bitrix24())
    checked.setdefault("chatwoot", {"accounts": []})
    checked.setdefault("zattar", {"tenants": []})
    scenario = cast(Scenario, checked)
    _refuse_twins(scenario)
    for index, media in enumerate(scenario["meta"]["media"]):
        _check_base64(media["bytes_base64"], f"meta.media[{index}].bytes_base64")
    for at, portal in enumerate(scenario["bitrix24"]["portals"]):
        portal.setdefault("expires_at", now_s + TOKEN_LIFE_S)
        for index, file in enumerate(portal["files"]):
            _check_base64(file["bytes_base64"], f"bitrix24.portals[{at}].files[{index}].bytes_base64")
    office_tables.complete(scenario["zattar"], round(now_s * 1_000_000))
    return scenario


def load_file(path: Path, now_s: float) -> Scenario:
    """Read and check a scenario file. Raises Refused, or OSError when it cannot be read."""
    return load(parse_json(path.read_bytes()), now_s)


def load_default(now_s: float) -> Scenario:
    """The small company of scenarios/default.json."""
    return load_file(FOLDER / "scenarios" / "default.json", now_s)


def _no_meta() -> Meta:
    """Credentials nobody knows: an empty secret would make every signature easy to forge."""
    secret, verify, token = (secrets.token_hex(16) for _ in range(3))
    return Meta(
        app_secret=secret, verify_token=verify, access_token=token, numbers=[], wamids=[], media=[], templates=[]
    )


def _no_bitrix24() -> Bitrix24:
    return Bitrix24(client_id=secrets.token_hex(16), client_secret=secrets.token_hex(16), portals=[])


def _refuse_twins(scenario: Scenario) -> None:
    portals = scenario["bitrix24"]["portals"]
    accounts = scenario["chatwoot"]["accounts"]
    _refuse_repeats(
        [((one["host"], one["account_id"]), f"chatwoot.accounts[{i}].account_id") for i, one in enumerate(accounts)]
    )
    for i, account in enumerate(accounts):
        for rows in ("contacts", "conversations", "messages", "webhooks", "inboxes"):
            where = f"chatwoot.accounts[{i}].{rows}"
            _refuse_repeats([(row["id"], f"{where}[{j}].id") for j, row in enumerate(account[rows])])
    _refuse_repeats(
        [
            (n["phone_number_id"], f"meta.numbers[{i}].phone_number_id")
            for i, n in enumerate(scenario["meta"]["numbers"])
        ]
    )
    _refuse_repeats([(p["member_id"], f"bitrix24.portals[{i}].member_id") for i, p in enumerate(portals)])
    _refuse_repeats([(p["domain"], f"bitrix24.portals[{i}].domain") for i, p in enumerate(portals)])
    tenants = scenario["zattar"]["tenants"]
    _refuse_repeats([(one["tenant"], f"zattar.tenants[{i}].tenant") for i, one in enumerate(tenants)])
    _refuse_repeats([(one["supabase_host"], f"zattar.tenants[{i}].supabase_host") for i, one in enumerate(tenants)])
    for i, portal in enumerate(portals):
        where = f"bitrix24.portals[{i}]"
        _refuse_repeats(
            [((one["connector"], one["line"]), f"{where}.lines[{j}].line") for j, one in enumerate(portal["lines"])]
        )
        _refuse_repeats(
            [(str(chat["chat_id"]), f"{where}.chats[{j}].chat_id") for j, chat in enumerate(portal["chats"])]
        )


def _refuse_repeats(keys: list[tuple[Any, str]]) -> None:
    seen = set()
    for key, path in keys:
        if key in seen:
            raise Refused("is there twice", path)
        seen.add(key)


def _check_base64(text: str, path: str) -> None:
    try:
        base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Refused("must be base64", path) from None
