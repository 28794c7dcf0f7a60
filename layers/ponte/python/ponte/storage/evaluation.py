"""What conditions and writes of the table port mean, without any store: for tables in memory and for dry runs."""

from typing import Any

from ponte.storage.table import Condition, Delete, Item, Put, Update, Write


def copy_of[T](value: T) -> T:
    """A copy that shares nothing that can change; items are trees of dicts and lists (deepcopy is ten times slower)."""
    kind = type(value)
    if kind is dict:
        return {k: copy_of(v) if type(v) in _NESTED else v for k, v in value.items()}  # type: ignore[attr-defined, return-value]
    if kind is list or kind is tuple:
        return [copy_of(v) if type(v) in _NESTED else v for v in value]  # type: ignore[attr-defined, return-value]
    return value


_NESTED = (dict, list, tuple)


def holds(condition: Condition | None, item: Item | None) -> bool:
    """Evaluate a condition against the item that is there (None: no item). Missing attributes compare as false."""
    if condition is None:
        return True
    attributes = item or {}
    match condition.op:
        case "all":
            return all(holds(part, item) for part in condition.parts)
        case "any":
            return any(holds(part, item) for part in condition.parts)
        case "absent":
            return condition.name not in attributes
        case "exists":
            return condition.name in attributes
    if condition.name not in attributes:
        return False
    given, wanted = attributes[condition.name], condition.value
    if condition.op in ("eq", "ne"):
        equal = type(given) is type(wanted) and given == wanted
        return equal if condition.op == "eq" else not equal
    if type(given) is not type(wanted):
        return False
    return bool({"lt": given < wanted, "le": given <= wanted, "gt": given > wanted}[condition.op])


def changed(before: Item | None, write: Write) -> Item | None:
    """The item after a write whose condition held; None: it is gone. Shares nothing with the write."""
    match write:
        case Put():
            return copy_of(write.item)
        case Delete():
            return None
        case Update():
            return _updated(before or {"pk": write.pk, "sk": write.sk}, write)


def _updated(before: Item, write: Update) -> Item:
    """A new item; the one before shares its unchanged branches with it, since neither is ever changed in place."""
    item = dict(before)
    for name, value in write.set.items():
        item[name] = copy_of(value)
    for name, value in write.default.items():
        if name not in before:
            item[name] = copy_of(value)
    for name, more in write.append.items():
        known: list[Any] = before.get(name, [])
        item[name] = [*known, *copy_of(list(more))]
    for name, amount in write.add.items():
        item[name] = before.get(name, 0) + amount
    for name in write.remove:
        item.pop(name, None)
    return item


def key_of(write: Write) -> tuple[str, str]:
    if isinstance(write, Put):
        return str(write.item["pk"]), str(write.item["sk"])
    return write.pk, write.sk
