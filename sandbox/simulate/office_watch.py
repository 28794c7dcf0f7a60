"""Who changed what, when, on both sides of an office: what a judge needs beside the screens as they are in the end.

The fakes are asked, not Ponte: each change of a row or a contact is noted with what it shows afterwards, and whether
one of our calls made it. Reads of ours are noted too, since a write is only as old as the read that it rests on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.chatwoot_accounts import AccountState
from sandbox.fakes.zattar_database import RowChange
from sandbox.offices import OfficeState
from sandbox.simulate.office_reading import ROLES, Row, contact_shows, row_shows
from sandbox.simulate.scheduler import Process, Scheduler
from sandbox.world import World

type Person = tuple[str, str, int]  # tenant, tipo, id
type ContactKey = tuple[int, int]  # which account of the world, contact id


@dataclass(frozen=True, slots=True)
class Change:
    """n: its place among all changes and reads. shows: {name, email, phone} afterwards, {} where it is gone. kind:
    "made", "changed" or "gone". labels, attributes: of a contact, before and after. is_calm: before it, nobody worked
    and nothing waited. read_n: for a change of ours, when its process had last read what it wrote over. is_late: it
    happened after our caller had stopped waiting. merged_into:
    the contact in which one that is gone goes on, 0 for none."""

    n: int
    at_ms: int
    ours: bool
    kind: str
    shows: dict[str, str]
    labels: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    attributes: tuple[Row, Row] = field(default_factory=lambda: ({}, {}))
    identifier: str = ""
    is_calm: bool = False
    read_n: int = 0
    is_late: bool = False
    merged_into: int = 0


class Watch:
    """rows: changes by person; contacts: by contact. Those of before the history are their first ones. writes: how many
    changes were ours; edits: people's. is_calm: whether nobody works and nothing waits."""

    def __init__(self, world: World, scheduler: Scheduler, is_calm: Callable[[], bool]) -> None:
        self._scheduler = scheduler
        self._is_calm = is_calm
        self._is_ours = False
        self._read_n = 0
        self._is_late = False
        self.writes = 0
        self.edits = 0
        self._merging_into = 0
        self.n = 0
        self.rows: dict[Person, list[Change]] = defaultdict(list)
        self.contacts: dict[ContactKey, list[Change]] = defaultdict(list)
        self._reads: dict[tuple[Process | None, str], int] = {}
        for office in world.offices:
            self._watch_rows(office)
        for at, account in enumerate(world.accounts):
            self._watch_contacts(at, account)

    @contextmanager
    def our_call(self, read_n: int, *, is_late: bool) -> Iterator[None]:
        """What happens within is one of our calls' doing. read_n: as `last_read` said when it was sent."""
        self._is_ours, self._read_n, self._is_late = True, read_n, is_late
        try:
            yield
        finally:
            self._is_ours, self._read_n, self._is_late = False, 0, False

    @contextmanager
    def merging(self, base: int) -> Iterator[None]:
        self._merging_into = base
        try:
            yield
        finally:
            self._merging_into = 0

    def read(self, process: Process | None, url: str) -> None:
        """A process of ours has read what stands under an address."""
        self.n += 1
        self._reads[process, url] = self.n

    def last_read(self, process: Process | None, url: str) -> int:
        """When it did so, 0 for never."""
        return self._reads.get((process, url), 0)

    def _watch_rows(self, office: OfficeState) -> None:
        database, tenant, told = office.database, office.config["tenant"], office.database.on_change
        for table, tipo in ROLES.items():
            for row in database.rows[table]:
                self.rows[tenant, tipo, row["id"]].append(Change(0, 0, False, "made", row_shows(row)))

        def on_change(change: RowChange) -> None:
            if change.table in ROLES:
                row = change.record or change.old or {}
                kind = {"INSERT": "made", "UPDATE": "changed"}.get(change.operation, "gone")
                shows = row_shows(change.record) if change.record else {}
                self.rows[tenant, ROLES[change.table], row["id"]].append(self._change(kind, shows))
            told(change)

        database.on_change = on_change

    def _watch_contacts(self, at: int, account: AccountState) -> None:
        add, change, remove = account.add_contact, account.change_contact, account.remove_contact
        for row in account.contacts.values():
            self.contacts[at, row["id"]].append(Change(0, 0, False, "made", contact_shows(row), **_kept({}, row)))

        def add_contact(fields: Row) -> Row:
            row = add(fields)
            self.contacts[at, row["id"]].append(self._change("made", contact_shows(row), **_kept({}, row)))
            return row

        def change_contact(row: Row, fields: Row) -> bool:
            before = dict(row)
            is_changed = change(row, fields)
            if is_changed:
                self.contacts[at, row["id"]].append(self._change("changed", contact_shows(row), **_kept(before, row)))
            return is_changed

        def remove_contact(row: Row) -> None:
            remove(row)
            gone = self._change("gone", {}, merged_into=self._merging_into, identifier=row.get("identifier") or "")
            self.contacts[at, row["id"]].append(gone)

        account.add_contact = add_contact  # type: ignore[method-assign]
        account.change_contact = change_contact  # type: ignore[method-assign]
        account.remove_contact = remove_contact  # type: ignore[method-assign]

    def _change(self, kind: str, shows: dict[str, str], **more: Any) -> Change:
        self.n += 1
        is_calm = not self._is_ours and self._is_calm()
        self.writes += self._is_ours
        self.edits += not self._is_ours
        return Change(
            self.n,
            self._scheduler.now,
            self._is_ours,
            kind,
            shows,
            is_calm=is_calm,
            read_n=self._read_n,
            is_late=self._is_late,
            **more,
        )


def _kept(before: Row, after: Row) -> Row:
    return {
        "labels": (frozenset(before.get("labels") or ()), frozenset(after.get("labels") or ())),
        "attributes": (dict(before.get("custom_attributes") or {}), dict(after.get("custom_attributes") or {})),
        "identifier": after.get("identifier") or "",
    }
