"""What receipts tell of messages we sent: ranks that never fall, and the way from a wamid back to its event.

A receipt may come before the send's own answer, may come instead of it, may come twice and in any order. Ranks are
those of `whatsapp.statuses.ORDER`.
"""

from ponte.storage import keys
from ponte.storage.ledger import TTL_SECONDS
from ponte.storage.ledger_items import STEP, entry
from ponte.storage.table import ConditionFailed, Item, Table, Update, absent, all_of, any_of, exists, lt


def step_of(part: int | str) -> str:
    """The ledger step that sent a part: "send0", "send1", ... for a message's own parts; other sends by their name."""
    return f"send{part}" if str(part).isdigit() else str(part)


class Receipts:
    """table: Message, the ledger's own. part: number of a message's part, or the name of another step that sent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def point_to(self, phone_number_id: str, wamid: str, event_id: str, part: int | str, now_ms: int) -> Item:
        """From a wamid to the event that sent it. Returns the pointer, with a rank that a receipt left there before."""
        return self._table.write_new(
            Update(
                *keys.whatsapp_message(phone_number_id, wamid),
                set={"event_id": event_id, "part": part, "expires_at": now_ms // 1000 + TTL_SECONDS},
            )
        )

    def pointer(self, phone_number_id: str, wamid: str) -> Item | None:
        return self._table.get(*keys.whatsapp_message(phone_number_id, wamid))

    def early_receipt(self, phone_number_id: str, wamid: str, rank: int, now_ms: int) -> None:
        """Keep a receipt for a wamid nobody knows (yet): its message may be saved a moment later."""
        try:
            self._table.write(
                Update(
                    *keys.whatsapp_message(phone_number_id, wamid),
                    set={"rk": rank, "expires_at": now_ms // 1000 + TTL_SECONDS},
                    when=any_of(absent("rk"), lt("rk", rank)),
                )
            )
        except ConditionFailed:
            return

    def receipt(self, event_id: str, part: int | str, wamid: str, status: str, rank: int, now_ms: int) -> bool:
        """Raise the rank of one part. False where it already stands there or higher, or no such event is known.

        A receipt proves the send: the step's outcome is filled in where the answer never came.
        """
        pk, sk = keys.message(event_id)
        try:
            self._table.write(
                Update(
                    pk,
                    sk,
                    set={f"rk{part}": rank},
                    default={f"{STEP}{step_of(part)}": {"wamid": wamid, "proved": "receipt"}},
                    append={"log": [entry(now_ms, status)]},
                    when=all_of(exists("st"), any_of(absent(f"rk{part}"), lt(f"rk{part}", rank))),
                )
            )
        except ConditionFailed:
            return False
        return True

    def failure(self, event_id: str, part: int | str, wamid: str, code: str, delivered_rank: int, now_ms: int) -> bool:
        """Note a failed receipt once; False where it was noted before or the message did arrive."""
        pk, sk = keys.message(event_id)
        try:
            self._table.write(
                Update(
                    pk,
                    sk,
                    set={f"failed{part}": code},
                    default={f"{STEP}{step_of(part)}": {"wamid": wamid, "proved": "receipt"}},
                    append={"log": [entry(now_ms, "failed", code)]},
                    when=all_of(
                        exists("st"),
                        absent(f"failed{part}"),
                        any_of(absent(f"rk{part}"), lt(f"rk{part}", delivered_rank)),
                    ),
                )
            )
        except ConditionFailed:
            return False
        return True
