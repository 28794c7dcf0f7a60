"""A portal's OAuth grant: both tokens encrypted in its Core item, renewed under a lock, each refresh token used once.

Bitrix24's refresh tokens are single use and chains must not branch (b24restdocs, auto-renewal): one refresher per
portal at a time, its result stored only if the version is still the one it started from; whoever loses reads the
winner's tokens.
"""

from dataclasses import dataclass
from typing import Any, Protocol

from ponte.clock import Clock
from ponte.mappings import MemberId, Portal
from ponte.storage import keys
from ponte.storage.directory import portal_item, portal_of
from ponte.storage.table import ConditionFailed, Item, Put, Table, Update, absent, all_of, any_of, eq, exists, lt

LOCK_MS = 30_000
CACHE_MS = 300_000


class Cipher(Protocol):
    """Encrypts small texts, bound to a context: a ciphertext moved to another tenant or field does not open."""

    def encrypt(self, text: str, context: dict[str, str]) -> bytes: ...

    def decrypt(self, data: bytes, context: dict[str, str]) -> str: ...


@dataclass(frozen=True, slots=True)
class Grant:
    """expires_at: unix seconds. version: of the pair, as in the portal's item."""

    access_token: str
    refresh_token: str
    expires_at: int
    version: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an OAuth answer or an installation brings."""

    access_token: str
    refresh_token: str
    expires_at: int


def context(member_id: str, name: str) -> dict[str, str]:
    """The encryption context of one token field."""
    return {"tenant": member_id, "field": name}


class Grants:
    """Reads, stores and locks grants. table: Core."""

    def __init__(self, table: Table, cipher: Cipher, clock: Clock) -> None:
        self._table = table
        self._cipher = cipher
        self._clock = clock
        self._cache: dict[tuple[str, int], tuple[int, Grant]] = {}

    def read(self, member_id: str) -> tuple[Portal, Grant] | None:
        """The portal and its tokens as they are now; None where the portal or its grant is gone."""
        item = self._table.get(*keys.portal(member_id))
        if not item or "access_token_ct" not in item:
            return None
        return portal_of(item), self._decrypt(item)

    def cached(self, portal: Portal) -> Grant | None:
        """The grant of the version that `portal` shows, decrypted at most every five minutes."""
        known = self._cache.get((portal.member_id, portal.version))
        if known and known[0] > self._clock.now_ms():
            return known[1]
        found = self.read(portal.member_id)
        return found[1] if found else None

    def install(self, portal: Portal, tokens: Tokens) -> None:
        """Store a new or renewed installation: the address guard, the portal and its tokens in one go."""
        address = dict(zip(("pk", "sk"), keys.portal_address(portal.domain), strict=True))
        # A domain belongs to one portal; taking over a guard is right, since OAuth just proved who answers there.
        self._table.write(Put(address | {"member_id": str(portal.member_id)}))
        item = portal_item(portal) | self._encrypted(portal.member_id, tokens)
        keep = {k: v for k, v in item.items() if k not in ("pk", "sk", "ver")}
        self._table.write(
            Update(*keys.portal(portal.member_id), set=keep, add={"ver": 1}, remove=["lk_own", "lk_until", "reauth_ms"])
        )

    def set_application_token(self, member_id: str, token_hash: str) -> None:
        """An app update may bring a new application_token; the tokens stay."""
        fields = {"application_token_hash": token_hash, "portal_status": "active"}
        self._table.write(Update(*keys.portal(member_id), set=fields, when=exists("pk")))

    def lock(self, member_id: str, version: int, owner: str) -> bool:
        """Become the only refresher of this version; False where somebody else is, or the version has moved on."""
        now = self._clock.now_ms()
        try:
            self._table.write(
                Update(
                    *keys.portal(member_id),
                    set={"lk_own": owner, "lk_until": now + LOCK_MS},
                    when=all_of(eq("ver", version), any_of(absent("lk_until"), lt("lk_until", now))),
                )
            )
        except ConditionFailed:
            return False
        return True

    def store(self, member_id: str, version: int, owner: str, tokens: Tokens) -> bool:
        """Replace the pair, if we still hold the lock on the version we refreshed; releases the lock."""
        fields = self._encrypted(member_id, tokens)
        try:
            self._table.write(
                Update(
                    *keys.portal(member_id),
                    set=fields,
                    add={"ver": 1},
                    remove=["lk_own", "lk_until"],
                    when=all_of(eq("ver", version), eq("lk_own", owner)),
                )
            )
        except ConditionFailed:
            return False
        return True

    def unlock(self, member_id: str, owner: str) -> None:
        """Give the lock back after a refresh that certainly changed nothing."""
        try:
            self._table.write(Update(*keys.portal(member_id), remove=["lk_own", "lk_until"], when=eq("lk_own", owner)))
        except ConditionFailed:
            return

    def set_status(self, member_id: str, status: str) -> None:
        """active, reauth (an administrator must install again) or disabled (uninstalled)."""
        try:
            self._table.write(Update(*keys.portal(member_id), set={"portal_status": status}, when=exists("pk")))
        except ConditionFailed:
            return

    def note_traffic(self, member_id: str, now_ms: int) -> None:
        """Remember, at most once in five minutes, that the portal is in use (see the hourly token schedule)."""
        try:
            self._table.write(
                Update(
                    *keys.portal(member_id),
                    set={"last_traffic_ms": now_ms},
                    when=all_of(
                        exists("pk"), any_of(absent("last_traffic_ms"), lt("last_traffic_ms", now_ms - 300_000))
                    ),
                )
            )
        except ConditionFailed:
            return

    def erase(self, member_id: str) -> None:
        """Uninstalled: the tokens are gone for good, the rest stays for a reinstall."""
        try:
            self._table.write(
                Update(
                    *keys.portal(member_id),
                    set={"portal_status": "disabled", "installed": False},
                    remove=["access_token_ct", "refresh_token_ct"],
                    add={"ver": 1},
                    when=exists("pk"),
                )
            )
        except ConditionFailed:
            return

    def _encrypted(self, member_id: MemberId | str, tokens: Tokens) -> dict[str, Any]:
        return {
            "access_token_ct": self._cipher.encrypt(tokens.access_token, context(member_id, "access_token")),
            "refresh_token_ct": self._cipher.encrypt(tokens.refresh_token, context(member_id, "refresh_token")),
            "token_expires_at": tokens.expires_at,
            "renewed_ms": self._clock.now_ms(),
        }

    def _decrypt(self, item: Item) -> Grant:
        member_id = str(item["member_id"])
        version = int(item.get("ver", 0))
        known = self._cache.get((member_id, version))
        now = self._clock.now_ms()
        if known and known[0] > now:
            return known[1]
        grant = Grant(
            self._cipher.decrypt(item["access_token_ct"], context(member_id, "access_token")),
            self._cipher.decrypt(item["refresh_token_ct"], context(member_id, "refresh_token")),
            int(item.get("token_expires_at", 0)),
            version,
        )
        self._cache = {key: value for key, value in self._cache.items() if key[0] != member_id}
        self._cache[(member_id, version)] = (now + CACHE_MS, grant)
        return grant
