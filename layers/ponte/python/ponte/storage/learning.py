"""What events teach about who is who beside the messages themselves: changes of number, receipts, cards."""

from collections.abc import Sequence
from dataclasses import replace

from ponte.errors import Contended
from ponte.mappings import Number
from ponte.people.callers import Caller, Rotation
from ponte.people.identity import Clash, Meeting, Scope, meet, own, turn
from ponte.storage.aliases import Aliases, alias_writes
from ponte.storage.audit import Audit
from ponte.storage.people import CONTENDED, NotMergeable, People
from ponte.storage.people_cases import PeopleCases
from ponte.storage.table import Table, TransactionRefused, Write

ROTATION = "rotation"  # who merges where Meta's own word does


class Learning:
    """table: Core. Times are ms by the provider's clock; event: the id by which a clash is counted once."""

    def __init__(self, table: Table, audit: Audit | None) -> None:
        self._table = table
        self._audit = audit
        self._aliases = Aliases(table)
        self._people = People(table)
        self._cases = PeopleCases(table)

    def rotate(self, number: Number, rotation: Rotation, at_ms: int, event: str = "") -> str:
        """Keep what a change of number or BSUID tells, also of people we do not know yet: its other half may follow.

        Two people of ours whom the change shows to be one are merged, which can be undone. Returns the person, "" where
        the event names nobody.
        """
        scope = scope_of(number)
        for _ in range(CONTENDED):
            known = self._aliases.read(scope, [*rotation.old.aliases(), *rotation.new.aliases()])
            turned = turn(rotation, scope, known, at_ms)
            writes: list[Write] = [*alias_writes(scope, turned.changes)]
            if turned.join:
                turned, joined = self._joining(scope, turned, at_ms)
                writes += joined
            if writes and not transacted(self._table, writes):
                continue
            self.enlist(number, turned.clashes, event, at_ms)
            return turned.person
        raise Contended("rotation_contended")

    def pair(self, number: Number, caller: Caller, at_ms: int) -> None:
        """Learn from a receipt or a send's answer that a phone and a BSUID are the same customer; opens nothing."""
        if not caller.wa_id or not (caller.user_id or caller.parent_user_id):
            return
        scope = scope_of(number)
        for _ in range(CONTENDED):
            known = self._aliases.read(scope, caller.aliases())
            meeting = meet(caller, scope, known, at_ms, opens=False)
            if not meeting.changes or transacted(self._table, alias_writes(scope, meeting.changes)):
                self.enlist(number, meeting.clashes, f"{caller.user_id}|{caller.wa_id}", at_ms)
                return

    def own_phone(self, number: Number, caller: Caller, phone: str, at_ms: int, event: str) -> None:
        """A known caller answered our question for their phone: it leads to them now, unless it is somebody else's."""
        scope = scope_of(number)
        for _ in range(CONTENDED):
            known = self._aliases.read(scope, [*caller.aliases(), ("phone", phone)])
            person = meet(caller, scope, known, at_ms, opens=False).person
            meeting = own(person, caller.user_id, phone, scope, known, at_ms) if person else Meeting("")
            if not meeting.changes or transacted(self._table, alias_writes(scope, meeting.changes)):
                self.enlist(number, meeting.clashes, event, at_ms)
                return
        raise Contended("alias_contended")

    def enlist(self, number: Number, clashes: Sequence[Clash], event: str, at_ms: int) -> None:
        """Put clashes into the inbox."""
        for clash in clashes:
            self._cases.note(scope_of(number).tenant, clash, str(number.phone_number_id), event, at_ms)

    def _joining(self, scope: Scope, turned: Meeting, at_ms: int) -> tuple[Meeting, list[Write]]:
        """The merge that a rotation asks for; where it cannot be, the two are listed as a clash instead."""
        survivor, absorbed = turned.join or ("", "")
        try:
            made, writes = self._people.merge_writes(scope.tenant, survivor, absorbed, ROTATION, at_ms)
        except NotMergeable:
            clash = Clash("alias", tuple(sorted((survivor, absorbed))), survivor)
            return replace(turned, clashes=(*turned.clashes, clash)), []
        if self._audit is not None:
            detail = {"merge": made.id, "survivor": made.survivor, "absorbed": made.absorbed}
            self._audit.note(scope.tenant, "people.merge", ROTATION, at_ms, detail)
        return turned, writes


def scope_of(number: Number) -> Scope:
    """Whose people a number's customers are."""
    return Scope(str(number.member_id), number.portfolio_id, number.portfolio_id or number.waba_id)


def transacted(table: Table, writes: Sequence[Write]) -> bool:
    """False where one of the items is not any more what it was when it was read."""
    try:
        table.transact(writes)
    except TransactionRefused:
        return False
    return True
