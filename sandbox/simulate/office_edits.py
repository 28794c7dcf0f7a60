"""Whether what people wrote last still stands, or is listed: no edit of a shared field gets lost in silence.

Judged for pairs with one contact from the first to the last, which is theirs alone: after a merge or an adoption it is
for the authority table to say what both sides show (`office_invariants`), but not whose words they were.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from sandbox.simulate.office_history import OfficeHistory
from sandbox.simulate.office_pairs import Pair, Pairs
from sandbox.simulate.office_watch import Change

SHARED = ("email", "phone")


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody gave a field another value. side: 0 for Zattar, 1 for Chatwoot."""

    side: int
    change: Change
    value: str

    @property
    def n(self) -> int:
        return self.change.n


class EditJudge:
    def __init__(self, history: OfficeHistory, pairs: Pairs, add: Callable[[str, str], None]) -> None:
        self._watch = history.watch
        self._pairs = pairs
        self._add = add

    def judge(self, pair: Pair) -> None:
        rows, contacts = self._watch.rows[pair.person], self._watch.contacts[pair.contact_key]
        if self._is_entangled(pair, contacts):
            return
        for name in SHARED:
            self._field(pair, name, rows, contacts)

    def _is_entangled(self, pair: Pair, contacts: list[Change]) -> bool:
        identifier = f"zattar_{pair.person[1]}_{pair.person[2]}"
        account = pair.contact_key[0]
        others = [
            change
            for (at, contact_id), changes in self._watch.contacts.items()
            for change in changes
            if at == account and change.kind == "gone" and contact_id != pair.contact_key[1]
            if change.identifier == identifier or change.merged_into == pair.contact_key[1]
        ]
        return bool(others) or contacts[0].identifier != identifier

    def _field(self, pair: Pair, name: str, rows: list[Change], contacts: list[Change]) -> None:
        """The last edit of either side, against what is there now."""
        zattar, chatwoot = _last(0, rows, name), _last(1, contacts, name)
        final = (rows[-1].shows[name], contacts[-1].shows[name])
        if final[0] != final[1] or any(change.is_late for change in (*rows, *contacts)):
            return  # listed as impossible, or "unequal"; or a write came after we had stopped waiting, and undid others
        if zattar and final[0] != zattar.value and not self._gave_way(zattar, chatwoot, name, contacts):
            self._add("edit lost", f"{pair.who}: Zattar's {name}")
        if chatwoot and final[0] != chatwoot.value:
            told = self._is_told(pair, name, chatwoot, rows, contacts)
            # One that was cleared gives way to the next best that the row has: another e-mail, the business phone.
            is_later = zattar is not None and zattar.n > chatwoot.n
            if not told:
                self._add("edit lost", f"{pair.who}: Chatwoot's {name}")
            elif chatwoot.value and not is_later and self._was_alone(chatwoot, name, rows, contacts):
                self._add("edit undone", f"{pair.who}: Chatwoot's {name}, which nobody else had touched")

    def _gave_way(self, zattar: Edit, chatwoot: Edit | None, name: str, contacts: list[Change]) -> bool:
        """Chatwoot's edit may stand against Zattar's only if it came after that had crossed, or if Zattar went back to
        what both had shown, which is no change."""
        if chatwoot is None:
            return False
        crossed = any(zattar.n < one.n < chatwoot.n and one.shows.get(name) == zattar.value for one in contacts)
        return crossed or any(one.n < zattar.n and one.shows.get(name) == zattar.value for one in contacts)

    def _is_told(self, pair: Pair, name: str, edit: Edit, rows: list[Change], contacts: list[Change]) -> bool:
        """It crossed, or went back to what both had shown, or is listed, or left nothing to list, or came between our
        read and our write."""
        if not edit.value or any(one.shows.get(name) == edit.value for one in rows):
            return True
        listed = self._pairs.listed.get((pair.person, name))
        if listed and (listed.kind == "taken" or edit.value in listed.values):
            return True
        return any(one.ours and one.read_n < edit.n < one.n for one in contacts)

    def _was_alone(self, edit: Edit, name: str, rows: list[Change], contacts: list[Change]) -> bool:
        """Whether both sides showed the same before, and nothing was under way."""
        before = [next(one for one in reversed(side) if one.n < edit.n) for side in (rows, contacts)]
        return edit.change.is_calm and before[0].shows.get(name) == before[1].shows.get(name)


def _last(side: int, changes: list[Change], name: str) -> Edit | None:
    """The last change of a field by people, if there was one."""
    found: Edit | None = None
    for before, after in pairwise(changes):
        if not after.ours and after.kind == "changed" and before.shows.get(name) != after.shows.get(name):
            found = Edit(side, after, after.shows[name])
    return found
