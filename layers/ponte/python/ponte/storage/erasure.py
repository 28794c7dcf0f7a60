"""Erasing all that is kept of one portal (LGPD, art. 16 and 18): configuration, people, conversations, ledger.

Rare, so nothing is indexed for it: both tables are read through, page by page, and what is under the portal's id or
under one of its numbers is deleted. How far it came is kept in State, so that a slice cut short goes on where it was.
Backups of the tables keep what they hold until they expire (35 days); files in the bucket expire by themselves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ponte.clock import Clock
from ponte.storage import keys
from ponte.storage.directory import NUMBERS
from ponte.storage.table import Delete, Item, Put, Table, Tables

PAGE = 500
_PARTS = re.compile(r"[#|]")
_JOB_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Erased:
    """Nothing is left. items: how many were deleted, over all slices."""

    items: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Time was up: come back."""


@dataclass(frozen=True, slots=True)
class InUse:
    """The app was installed again meanwhile: what is left belongs to the new installation."""


class Erasure:
    """One slice after the other, each as long as it is given."""

    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    def work(self, member_id: str, until_ms: int, spare: str) -> Erased | Unfinished | InUse:
        """Erase until that time (at least one page). spare: the event id that the erasing itself is noted under."""
        portal = self._tables.core.get(*keys.portal(member_id))
        if portal is not None and portal.get("portal_status") != "disabled":
            self._tables.state.write(Delete(*keys.erasure(member_id)))
            return InUse()
        job = self._tables.state.get(*keys.erasure(member_id)) or self._begin(member_id)
        spared = {keys.portal(member_id), keys.message(spare)}
        scopes = {member_id, *map(str, job["numbers"])}
        for stage, table in enumerate((self._tables.core, self._tables.message)):
            while int(job["stage"]) == stage:
                job = self._page(table, job, lambda item: _is_of(item, scopes, member_id), spared)
                if self._clock.now_ms() >= until_ms:
                    return Unfinished()
        self._tables.core.write(Delete(*keys.portal(member_id)))
        self._tables.state.write(Delete(*keys.erasure(member_id)))
        return Erased(int(job["erased"]))

    def _begin(self, member_id: str) -> Item:
        """The numbers are noted first: the items that name them are deleted on the way."""
        core = self._tables.core
        numbers = {
            str(row["phone_number_id"]) for row in core.query_index(NUMBERS, 1000) if row["member_id"] == member_id
        }
        lines = core.query_index(f"PORTAL#{member_id}", 1000)
        numbers |= {str(row["phone_number_id"]) for row in lines if row.get("phone_number_id")}
        return self._keep(member_id, {"stage": 0, "erased": 0, "numbers": sorted(numbers)})

    def _page(self, table: Table, job: Item, is_of: Callable[[Item], bool], spared: set[tuple[str, str]]) -> Item:
        after = (str(job["after_pk"]), str(job["after_sk"])) if "after_pk" in job else None
        items, following = table.scan(PAGE, after)
        gone = [(str(item["pk"]), str(item["sk"])) for item in items if is_of(item)]
        for key in gone:
            if key not in spared:
                table.write(Delete(*key))
        fields: dict[str, Any] = {"numbers": job["numbers"], "erased": int(job["erased"]) + len(set(gone) - spared)}
        if following is None:
            fields["stage"] = int(job["stage"]) + 1
        else:
            fields |= {"stage": int(job["stage"]), "after_pk": following[0], "after_sk": following[1]}
        return self._keep(str(job["pk"]).removeprefix("ERASE#"), fields)

    def _keep(self, member_id: str, fields: dict[str, Any]) -> Item:
        pk, sk = keys.erasure(member_id)
        item = {"pk": pk, "sk": sk, "expires_at": self._clock.now_ms() // 1000 + _JOB_SECONDS, **fields}
        self._tables.state.write(Put(item))
        return item


def _is_of(item: Item, scopes: set[str], member_id: str) -> bool:
    return item.get("member_id") == member_id or bool(scopes & set(_PARTS.split(str(item["pk"]))[1:3]))
