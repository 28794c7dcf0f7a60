"""Configuration: portals, lines, numbers, timing. Read through a short cache, written with conditions.

Stdlib only beside the table port: the ingress functions import this. Tokens are not here but in `storage.grants`.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ponte.clock import Clock
from ponte.mappings import Line, MemberId, Number, PhoneNumberId, Portal, Rate, Timing, WindowTemplate
from ponte.storage import keys
from ponte.storage.table import ConditionFailed, Delete, Item, Put, Table, Update, absent, any_of, eq, exists

CACHE_MS = 60_000
PORTALS = "PORTALS"
NUMBERS = "NUMBERS"


class Directory:
    """table: Core. A miss is cached too, but only for a tenth of the time: a new installation shows up soon."""

    def __init__(self, table: Table, clock: Clock, cache_ms: int = CACHE_MS) -> None:
        self._table = table
        self._clock = clock
        self._cache_ms = cache_ms
        self._cache: dict[tuple[str, str], tuple[int, Any]] = {}  # until when, and what was read

    def portal(self, member_id: str, *, fresh: bool = False) -> Portal | None:
        return self._read(keys.portal(member_id), portal_of, fresh=fresh)

    def line(self, member_id: str, connector: str, line_id: int, *, fresh: bool = False) -> Line | None:
        return self._read(keys.line(member_id, connector, line_id), line_of, fresh=fresh)

    def number(self, phone_number_id: str, *, fresh: bool = False) -> Number | None:
        return self._read(keys.number(phone_number_id), number_of, fresh=fresh)

    def timing(self) -> Timing:
        return self._read(keys.timing(), timing_of) or DEFAULT_TIMING

    def portals(self) -> list[Portal]:
        return [portal_of(row) for row in self._table.query_index(PORTALS, 1000)]

    def numbers(self) -> list[Number]:
        return [number_of(row) for row in self._table.query_index(NUMBERS, 1000)]

    def lines(self, member_id: str) -> list[Line]:
        rows = self._table.query_index(f"PORTAL#{member_id}", 1000)
        return [line_of(row) for row in rows if str(row["pk"]).startswith("LINE#")]

    def save_line(self, line: Line) -> None:
        self._write(Put(line_item(line)))

    def save_number(self, number: Number) -> None:
        self._write(Put(number_item(number)))

    def set_line_active(self, line: Line, active: bool) -> None:
        pk, sk = keys.line(line.member_id, line.connector, line.line)
        try:
            self._write(Update(pk, sk, set={"active": active}, when=exists("pk")))
        except ConditionFailed:
            return

    def rename(self, portal: Portal, domain: str) -> Portal:
        """The portal answers under another host now. Its old address is given free, the new one taken."""
        endpoint = f"https://{domain}/rest/"
        pk, sk = keys.portal(portal.member_id)
        self._write(Update(pk, sk, set={"domain": domain, "client_endpoint": endpoint}, when=exists("pk")))
        owner = eq("member_id", portal.member_id)
        with contextlib.suppress(ConditionFailed):
            self._write(Delete(*keys.portal_address(portal.domain), when=owner))
        address = dict(zip(("pk", "sk"), keys.portal_address(domain), strict=True))
        with contextlib.suppress(ConditionFailed):
            self._write(Put(address | {"member_id": str(portal.member_id)}, when=any_of(absent("pk"), owner)))
        return replace(portal, domain=domain, client_endpoint=endpoint)

    def forget(self) -> None:
        """Drop the cache, e.g. after a secret did not match what it holds."""
        self._cache.clear()

    def _write(self, write: Put | Update | Delete) -> None:
        self._table.write(write)
        pk, sk = (write.item["pk"], write.item["sk"]) if isinstance(write, Put) else (write.pk, write.sk)
        self._cache.pop((str(pk), str(sk)), None)

    def _read[Found](self, key: tuple[str, str], read: Callable[[Item], Found], *, fresh: bool = False) -> Found | None:
        """What `read` makes of an item, which is asked of every item that is fetched, not of every look into it."""
        now = self._clock.now_ms()
        until_ms, known = self._cache.get(key, (0, None))
        if until_ms > now and not fresh:
            found: Found | None = known
            return found
        item = self._table.get(*key)
        found = read(item) if item else None
        self._cache[key] = (now + (self._cache_ms if item else self._cache_ms // 10), found)
        return found


def timing_of(item: Item) -> Timing:
    """Kept in thousandths, for what differs from the default."""
    kept = {name: f"{name}_milli" for name in ("unknown_wait_s", "retry_first_s", "retry_cap_s", "lease_s")}
    return Timing(**{name: int(item[own]) / 1000 for name, own in kept.items() if own in item})


def _rate(item: Item, prefix: str, default: Rate) -> Rate:
    per_second = item.get(f"{prefix}per_s_milli")
    return Rate(
        int(per_second) / 1000 if per_second is not None else default.per_second,
        int(item.get(f"{prefix}burst", default.burst)),
    )


def rate_attributes(rate: Rate, prefix: str) -> dict[str, int]:
    """Rates are kept in thousandths per second, since the store holds integers."""
    return {f"{prefix}per_s_milli": round(rate.per_second * 1000), f"{prefix}burst": rate.burst}


DEFAULT_TIMING = Timing()
PORTAL_RATE = Rate(2, 45)
NUMBER_RATE = Rate(80, 80)
COEXISTENCE_RATE = Rate(20, 20)  # a number that is used in the WhatsApp Business app as well; Meta raises it never
PAIR_RATE = Rate(0.1667, 45)


def portal_of(item: Item) -> Portal:
    return Portal(
        member_id=MemberId(str(item["member_id"])),
        domain=str(item["domain"]),
        client_endpoint=str(item["client_endpoint"]),
        server_endpoint=str(item.get("server_endpoint", "")),
        application_token_hash=str(item.get("application_token_hash", "")),
        status=item.get("portal_status", "active"),
        crm=item.get("crm", "contact"),
        rate=_rate(item, "rate_", PORTAL_RATE),
        token_expires_at=int(item.get("token_expires_at", 0)),
        version=int(item.get("ver", 0)),
        user_id=str(item.get("user_id", "")),
        installed=bool(item.get("installed", True)),
        last_traffic_ms=int(item.get("last_traffic_ms", 0)),
        renewed_ms=int(item.get("renewed_ms", 0)),
        installed_ms=int(item.get("installed_ms", 0)),
    )


def line_of(item: Item) -> Line:
    return Line(
        member_id=MemberId(str(item["member_id"])),
        connector=str(item["connector"]),
        line=int(item["line"]),
        phone_number_id=PhoneNumberId(str(item["phone_number_id"])),
        signature=bool(item.get("signature", False)),
        active=bool(item.get("active", True)),
    )


def line_item(line: Line) -> Item:
    pk, sk = keys.line(line.member_id, line.connector, line.line)
    return {
        "pk": pk,
        "sk": sk,
        "member_id": str(line.member_id),
        "connector": line.connector,
        "line": line.line,
        "phone_number_id": str(line.phone_number_id),
        "signature": line.signature,
        "active": line.active,
        "gsi1pk": f"PORTAL#{line.member_id}",
        "gsi1sk": f"LINE#{line.connector}#{line.line}",
    }


def number_of(item: Item) -> Number:
    return Number(
        phone_number_id=PhoneNumberId(str(item["phone_number_id"])),
        waba_id=str(item.get("waba_id", "")),
        display_phone_number=str(item.get("display_phone_number", "")),
        member_id=MemberId(str(item.get("member_id", ""))),
        connector=str(item.get("connector", "")),
        line=int(item.get("line", 0)),
        rate=_rate(item, "rate_", NUMBER_RATE),
        pair_rate=_rate(item, "pair_", PAIR_RATE),
        portfolio_id=str(item.get("portfolio_id", "")),
        window_template=window_template_of(item.get("window_template")),
        shows_typing=bool(item.get("shows_typing", False)),
        tells_crm=bool(item.get("tells_crm", True)),
    )


def window_template_of(given: Any) -> WindowTemplate | None:
    """given: {"name", "language", "parameters"} as it is kept, None for no template."""
    if not given:
        return None
    return WindowTemplate(str(given["name"]), str(given["language"]), tuple(map(str, given.get("parameters", ()))))


def number_item(number: Number) -> Item:
    pk, sk = keys.number(number.phone_number_id)
    asks = number.window_template
    window = {"name": asks.name, "language": asks.language, "parameters": list(asks.parameters)} if asks else None
    return {
        "pk": pk,
        "sk": sk,
        "phone_number_id": str(number.phone_number_id),
        "waba_id": number.waba_id,
        "portfolio_id": number.portfolio_id,
        "display_phone_number": number.display_phone_number,
        "member_id": str(number.member_id),
        "connector": number.connector,
        "line": number.line,
        **rate_attributes(number.rate, "rate_"),
        **rate_attributes(number.pair_rate, "pair_"),
        **({"window_template": window} if window else {}),
        **({"shows_typing": True} if number.shows_typing else {}),
        **({} if number.tells_crm else {"tells_crm": False}),
        "gsi1pk": NUMBERS,
        "gsi1sk": str(number.phone_number_id),
    }


def portal_item(portal: Portal) -> dict[str, Any]:
    """All of a portal's item but its tokens, which `storage.grants` adds encrypted."""
    pk, sk = keys.portal(portal.member_id)
    return {
        "pk": pk,
        "sk": sk,
        "member_id": str(portal.member_id),
        "domain": portal.domain,
        "client_endpoint": portal.client_endpoint,
        "server_endpoint": portal.server_endpoint,
        "application_token_hash": portal.application_token_hash,
        "portal_status": portal.status,
        "crm": portal.crm,
        **rate_attributes(portal.rate, "rate_"),
        "token_expires_at": portal.token_expires_at,
        "ver": portal.version,
        "user_id": portal.user_id,
        "installed": portal.installed,
        "installed_ms": portal.installed_ms,
        "gsi1pk": PORTALS,
        "gsi1sk": str(portal.member_id),
    }
