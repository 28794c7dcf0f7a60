"""What waits for a person: parked messages, their list, and how they go on."""

from collections.abc import Mapping
from typing import Any

from ponte.queue.envelope import Envelope, loads
from ponte.storage import keys, shards
from ponte.storage.ledger_items import NOTICE, STEP, UNKNOWN, entry
from ponte.storage.shards import LISTED
from ponte.storage.table import ConditionFailed, Item, Table, Update, absent, all_of, any_of, eq, exists

_BEING_REDRIVEN = all_of(exists("parked_ms"), any_of(eq("st", "RETRY"), eq("st", "UNKNOWN")))

_OF_THE_WINDOW = (f"{STEP}hold", f"{STEP}stop_holding")


class Waiting:
    """The ledger as a person works on it. table: Message."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, event_id: str) -> Item | None:
        return self._table.get(*keys.message(event_id))

    def unpark(self, event_id: str, now_ms: int, *, by_customer: bool = False) -> Envelope | None:
        """PARKED -> RETRY (UNKNOWN if it was) for a redrive, its attempts counted anew, its refused steps forgotten.

        So does what was SKIPPED with its content kept. None where it is neither (any more). The caller puts the
        returned envelope on its queue, then says `sent_on`. Until then the item stays in the list, envelope and all:
        whoever dies in between loses nothing, and the redrive can be said again. Only the very outcomes that were read
        are forgotten: a worker may have done a step since.

        What was decided about a shut window is forgotten too. by_customer: their answer lets a held reply go, which is
        no person's word; and it settles what became of the template, but not of a send.
        """
        item = self.read(event_id)
        if item is None or not is_replayable(item):
            return None
        forgotten = [name for name, value in item.items() if name.startswith(STEP) and is_forgotten(name, value)]
        listed = {
            "parked_ms": now_ms,
            "reason": "reason.replayed",
            **shards.place("PARKED", event_id, now_ms),
        }
        settled = by_customer and not str(item.get("unknown_step")).startswith("send")
        doubtful = "unknown_ms" in item and not settled
        word = "released" if by_customer else "redriven"
        state = {"st": "UNKNOWN" if doubtful else "RETRY", "redriven_ms": now_ms}
        said: Item = {} if by_customer else {"by_person": True}
        if doubtful:
            names = [name.removeprefix(STEP) for name in forgotten]
            said["reopened"] = sorted({*item.get("reopened", ()), *names})
        try:
            self._table.write(
                Update(
                    *keys.message(event_id),
                    set={**state, **said, "att": 0, "hits": 0, "risked": 0},
                    default=listed,  # what was skipped was in no list
                    append={"log": [entry(now_ms, word)]},
                    remove=[*forgotten, *(() if doubtful else UNKNOWN)],
                    when=all_of(
                        any_of(eq("st", "PARKED"), _BEING_REDRIVEN, all_of(eq("st", "SKIPPED"), exists("envelope"))),
                        eq("parked_ms", item["parked_ms"]) if "parked_ms" in item else absent("parked_ms"),
                        *(eq(name, item[name]) for name in forgotten),
                    ),
                )
            )
        except ConditionFailed:
            return None
        return loads(str(item["envelope"]))

    def sent_on(self, event_id: str) -> None:
        """The envelope of an unparked event is on its queue: out of the list with it."""
        try:
            self._table.write(
                Update(
                    *keys.message(event_id),
                    remove=[*LISTED],
                    when=_BEING_REDRIVEN,
                )
            )
        except ConditionFailed:
            return  # a worker has it already, and took it out of the list itself

    def drop(self, event_id: str, now_ms: int) -> bool:
        """PARKED -> SKIPPED by a person's word."""
        try:
            self._table.write(
                Update(
                    *keys.message(event_id),
                    set={"st": "SKIPPED", "done_ms": now_ms},
                    append={"log": [entry(now_ms, "dropped")]},
                    remove=["gsi1pk", "gsi1sk", "envelope"],
                    when=eq("st", "PARKED"),
                )
            )
        except ConditionFailed:
            return False
        return True

    def parked(self, limit: int = 1000) -> list[Item]:
        """All parked items, oldest first."""
        return [item for item in shards.items(self._table, "PARKED", limit) if _waits_for_a_person(item)]


def is_replayable(item: Mapping[str, Any]) -> bool:
    """Waiting for a person, or skipped with its content kept."""
    return _waits_for_a_person(item) or (item.get("st") == "SKIPPED" and "envelope" in item)


def is_forgotten(name: str, outcome: Mapping[str, Any]) -> bool:
    """A redrive tries again what was refused, and tells the operator again if it must."""
    return "refused" in outcome or name.startswith(f"{STEP}{NOTICE}") or name in _OF_THE_WINDOW


def _waits_for_a_person(item: Mapping[str, Any]) -> bool:
    """Parked, or being redriven and not known to be on its queue; a claim takes `parked_ms` away."""
    return item.get("st") == "PARKED" or (item.get("st") in ("RETRY", "UNKNOWN") and "parked_ms" in item)
