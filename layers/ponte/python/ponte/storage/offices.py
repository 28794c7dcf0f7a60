"""Law offices: where their Zattar and their Chatwoot answer, and the secrets for it. Read through a short cache.

An office is a tenant. Zattar's own table `integracoes` is the source of what concerns Chatwoot; a copy lies here, so
that a webhook is answered without asking anybody. Secrets are encrypted, each bound to its office and field.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from ponte.clock import Clock
from ponte.errors import Contended
from ponte.storage import keys
from ponte.storage.grants import Cipher, context
from ponte.storage.table import Condition, ConditionFailed, Item, Put, Table, eq

CACHE_MS = 60_000
OPENED_MS = 600_000  # how long a secret that was decrypted is taken as that: a key that is shut counts by then
FORCED_MS = 10_000  # a forger must not make every request cost a read and a decryption
OFFICES = "OFFICES"
HOSTS = 1000
TRIES = 5


@dataclass(frozen=True, slots=True)
class Zattar:
    """host: of the Supabase project. key: a secret one. secrets: of its webhooks, two while one is being replaced."""

    host: str
    key: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chatwoot:
    """host, account_id, token: where and as whom to call. inbox_id: where contacts of ours get a place, 0 for nowhere;
    inbox_identifier: the same inbox by its public name, "" where the client API is not used. secrets: of the webhook
    subscriptions. path_secrets: for releases that sign nothing. row_id: of the row in integracoes, "" for the fallback.
    """

    host: str
    account_id: int
    token: str = field(repr=False)
    inbox_id: int = 0
    inbox_identifier: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    path_secrets: tuple[str, ...] = field(default=(), repr=False)
    row_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Office:
    """chatwoot: None until the office has an active integration."""

    tenant: str
    name: str
    zattar: Zattar
    chatwoot: Chatwoot | None = None
    version: int = 0


class Offices:
    """table: Core. A miss is cached too, for a tenth of the time."""

    def __init__(self, table: Table, cipher: Cipher, clock: Clock, cache_ms: int = CACHE_MS) -> None:
        self._table = table
        self._cipher = cipher
        self._clock = clock
        self._cache_ms = cache_ms
        self._cache: dict[str, tuple[int, Office | None]] = {}
        self._opened: dict[str, _Opened] = {}
        self._hosts: dict[str, tuple[int, str]] = {}  # until when, and whose

    def read(self, tenant: str, *, fresh: bool = False) -> Office | None:
        """fresh: past the cache, unless that was read under FORCED_MS ago."""
        now = self._clock.now_ms()
        known = self._cache.get(tenant)
        if known and known[0] > now - (FORCED_MS if fresh else self._cache_ms if known[1] else self._cache_ms // 10):
            return known[1]
        item = self._table.get(*keys.office(tenant))
        office = self._office(item, self._reader(tenant, now)) if item else None
        self._cache[tenant] = (now, office)
        return office

    def put(self, office: Office) -> Office:
        """Store all of an office, whatever stood there. Who knows what stood there uses `change`."""
        return self._put(replace(office, version=office.version + 1), None)

    def change(self, tenant: str, grow: Callable[[Office], Office]) -> Office | None:
        """Keep what `grow` makes of the office as it is now; it is asked anew when somebody else was quicker, so that
        an operator's new key and Zattar's new row never undo each other. None: no such office. Raises Contended."""
        for _ in range(TRIES):
            item = self._table.get(*keys.office(tenant))
            if item is None:
                return None
            known = self._office(item, self._reader(tenant, self._clock.now_ms()))
            wanted = grow(known)
            if wanted == known:
                return known
            with suppress(ConditionFailed):
                return self._put(replace(wanted, version=known.version + 1), eq("version", known.version))
        raise Contended("office")

    def _put(self, new: Office, when: Condition | None) -> Office:
        pk, sk = keys.office_host(new.zattar.host)
        self._table.write(Put({"pk": pk, "sk": sk, "tenant": new.tenant}))  # proves nothing by itself: see by_host
        self._table.write(Put(self._item(new), when=when))
        self._cache.pop(new.tenant, None)
        self._hosts.pop(new.zattar.host, None)
        return new

    def by_host(self, host: str) -> Office | None:
        """The office whose Zattar answers there now; what was put last counts, should two name one host."""
        now = self._clock.now_ms()
        known = self._hosts.get(host)
        if known is None or known[0] <= now:
            pointer = self._table.get(*keys.office_host(host))
            tenant = str(pointer["tenant"]) if pointer else ""
            if len(self._hosts) >= HOSTS:  # whoever asks may make hosts up
                self._hosts.clear()
            known = self._hosts[host] = (now + (self._cache_ms if tenant else self._cache_ms // 10), tenant)
        office = self.read(known[1]) if known[1] else None
        return office if office and office.zattar.host == host else None

    def tenants(self) -> list[str]:
        """Eventually consistent."""
        return sorted(str(row["gsi1sk"]) for row in self._table.query_index(OFFICES, 1000))

    def _item(self, office: Office) -> Item:
        pk, sk = keys.office(office.tenant)
        item: Item = {
            "pk": pk,
            "sk": sk,
            "tenant": office.tenant,
            "name": office.name,
            "version": office.version,
            "zattar": {
                "host": office.zattar.host,
                "key_ct": self._shut(office.tenant, "zattar.key", office.zattar.key),
                "secrets_ct": self._shut_all(office.tenant, "zattar.secrets", office.zattar.secrets),
            },
            "gsi1pk": OFFICES,
            "gsi1sk": office.tenant,
        }
        chatwoot = office.chatwoot
        if chatwoot is not None:
            item["chatwoot"] = {
                "host": chatwoot.host,
                "account_id": chatwoot.account_id,
                "token_ct": self._shut(office.tenant, "chatwoot.token", chatwoot.token),
                "inbox_id": chatwoot.inbox_id,
                "inbox_identifier": chatwoot.inbox_identifier,
                "secrets_ct": self._shut_all(office.tenant, "chatwoot.secrets", chatwoot.secrets),
                "path_secrets_ct": self._shut_all(office.tenant, "chatwoot.path_secrets", chatwoot.path_secrets),
                "row_id": chatwoot.row_id,
                "name": chatwoot.name,
            }
        return item

    def _office(self, item: Mapping[str, Any], opened: "_Opened") -> Office:
        tenant, zattar, chatwoot = str(item["tenant"]), item["zattar"], item.get("chatwoot")
        return Office(
            tenant=tenant,
            name=str(item["name"]),
            version=int(item["version"]),
            zattar=Zattar(
                host=str(zattar["host"]),
                key=opened.one(tenant, "zattar.key", zattar["key_ct"]),
                secrets=opened.all(tenant, "zattar.secrets", zattar["secrets_ct"]),
            ),
            chatwoot=None if chatwoot is None else self._chatwoot(tenant, chatwoot, opened),
        )

    def _chatwoot(self, tenant: str, item: Mapping[str, Any], opened: "_Opened") -> Chatwoot:
        return Chatwoot(
            host=str(item["host"]),
            account_id=int(item["account_id"]),
            token=opened.one(tenant, "chatwoot.token", item["token_ct"]),
            inbox_id=int(item["inbox_id"]),
            inbox_identifier=str(item["inbox_identifier"]),
            secrets=opened.all(tenant, "chatwoot.secrets", item["secrets_ct"]),
            path_secrets=opened.all(tenant, "chatwoot.path_secrets", item["path_secrets_ct"]),
            row_id=str(item["row_id"]),
            name=str(item["name"]),
        )

    def _shut(self, tenant: str, name: str, text: str) -> bytes:
        return self._cipher.encrypt(text, context(tenant, name))

    def _shut_all(self, tenant: str, name: str, texts: tuple[str, ...]) -> list[bytes]:
        return [self._shut(tenant, name, text) for text in texts]

    def _reader(self, tenant: str, now_ms: int) -> "_Opened":
        known = self._opened.get(tenant)
        if known is None or known.until_ms <= now_ms:
            known = self._opened[tenant] = _Opened(self._cipher, now_ms + OPENED_MS)
        return known


class _Opened:
    """One office's secrets as they were decrypted, by their ciphertext: the same bytes in the same field ask KMS once
    in OPENED_MS, however often the item is read. A secret that was replaced is other bytes."""

    def __init__(self, cipher: Cipher, until_ms: int) -> None:
        self.until_ms = until_ms
        self._cipher = cipher
        self._known: dict[tuple[str, str, bytes], str] = {}

    def one(self, tenant: str, name: str, data: Any) -> str:
        key = (tenant, name, bytes(data))
        if key not in self._known:
            self._known[key] = self._cipher.decrypt(key[2], context(tenant, name))
        return self._known[key]

    def all(self, tenant: str, name: str, data: Any) -> tuple[str, ...]:
        return tuple(self.one(tenant, name, each) for each in data)
