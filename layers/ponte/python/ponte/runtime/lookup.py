"""Finding an event by whichever of its ids somebody has, as far as they are keys: what trace and replay share."""

from collections.abc import Callable, Iterable

from ponte.runtime.perform import Means
from ponte.runtime.redrive import public_id
from ponte.storage.table import Item

OFFICE_SOURCES = ("zt", "cw")


def by_key(means: Means, given: str, offices: Callable[[], Iterable[str]] = tuple) -> Item | None:
    """Without reading more than a few items: a ledger id, a customer's wamid, one that we sent, or an office's event.

    offices: the tenants of the office bridge, asked last.
    """
    if row := means.ledger.read(given):
        return row if "st" in row else None
    for number in means.directory.numbers():
        if row := means.ledger.read(f"wa|{number.phone_number_id}|{given}"):
            return row
        pointer = means.receipts.pointer(number.phone_number_id, given)
        if pointer and "event_id" in pointer:
            return means.ledger.read(str(pointer["event_id"]))
    for tenant in offices():
        for source in OFFICE_SOURCES:
            if row := means.ledger.read(f"{source}|{tenant}|{given}"):
                return row
    return None


def among_parked(means: Means, given: str) -> Item | None:
    """By the digest that logs show, or the provider's id, of a message that is parked."""
    parked = means.ledger.parked()
    return next((row for row in parked if given in (public_id(row), str(row.get("source_id", "")))), None)
