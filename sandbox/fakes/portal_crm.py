"""The fake portal's crm.*: contacts and leads by crm.item.*, look-ups by phone. Adding twice makes two records."""

from typing import Any

from sandbox.fakes.rest import Context, Method, Params, RestError, Result, argument_missing, iso, php_map
from sandbox.portals import CONTACT, LEAD, OPERATOR_ID, digits, number
from sandbox.scenario import Contact

PAGE = 50
MOST_VALUES = 20
_TYPES = {"CONTACT": CONTACT, "LEAD": LEAD}


def _find_by_comm(context: Context, params: Params) -> Result:
    """Exact digits for phones, exact text for mails; an empty map is []."""
    kind = params.need("type").upper()
    values = [str(value) for value in params.elements("values")]
    if kind not in ("PHONE", "EMAIL") or not values:
        raise RestError(400, "", "Communication type or values are not defined")
    wanted = {_normal(kind, value) for value in values[:MOST_VALUES]} - {""}
    names = [params.text("entity_type").upper()] if params.text("entity_type") else list(_TYPES)
    found = {}
    for name in names:
        items = context.portal.items.get(_TYPES.get(name, 0), {})
        ids = [item["id"] for item in items.values() if _comms(item, kind) & wanted]
        if ids:
            found[name] = ids[:MOST_VALUES]
    return Result(php_map(found.items()))


def _comms(item: dict[str, Any], kind: str) -> set[str]:
    return {_normal(kind, str(fm.get("value", ""))) for fm in item.get("fm", []) if fm.get("typeId") == kind}


def _normal(kind: str, value: str) -> str:
    return digits(value) if kind == "PHONE" else value.strip().lower()


def _item_add(context: Context, params: Params) -> Result:
    items, kind = _items(context, params)
    fields = params.get("fields")
    if not isinstance(fields, dict):
        raise argument_missing("fields")
    item = _new_item(context, fields)
    items[str(item["id"])] = item
    if kind == CONTACT:
        _show_contact(context, item)
    return Result({"item": item})


def _item_get(context: Context, params: Params) -> Result:
    items, _ = _items(context, params)
    return Result({"item": _existing(items, params)})


def _item_update(context: Context, params: Params) -> Result:
    items, _ = _items(context, params)
    item = _existing(items, params)
    fields = params.get("fields")
    if not isinstance(fields, dict):
        raise argument_missing("fields")
    changes = dict(fields)
    if "fm" in changes:
        item["fm"] = [*item.get("fm", []), *_multifields(context, changes.pop("fm"))]
    item.update(changes)
    item["updatedTime"] = iso(context.now_ms)
    return Result({"item": item})


def _item_list(context: Context, params: Params) -> Result:
    items, _ = _items(context, params)
    filters = params.get("filter") or {}
    found = [item for item in items.values() if _passes(context, item, filters if isinstance(filters, dict) else {})]
    start = params.integer("start")
    page = found[max(start, 0) : max(start, 0) + PAGE]
    chosen = [str(name) for name in params.elements("select") if name != "*"]
    shown = [{k: v for k, v in item.items() if not chosen or k in chosen or k == "id"} for item in page]
    extra: dict[str, Any] = {"total": len(found)} if start >= 0 else {}
    if max(start, 0) + PAGE < len(found):
        extra["next"] = max(start, 0) + PAGE
    return Result({"items": shown}, extra)


def _passes(context: Context, item: dict[str, Any], filters: dict[str, Any]) -> bool:
    """`=field`, `field`, `@field` (one of), `!field`, `>field`, `<field`; `imol` finds the contact of a dialog."""
    for raw, wanted in filters.items():
        name = raw.lstrip("=@!><%")
        sign = raw[: len(raw) - len(name)]
        actual = _imol(context, item) if name == "imol" else [str(item.get(name, ""))]
        values = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
        if sign in (">", "<"):
            low, high = (values[0], actual[0]) if sign == ">" else (actual[0], values[0])
            if not (low.isdigit() and high.isdigit() and int(low) < int(high)):
                return False
        elif sign == "%":
            if values[0].lower() not in actual[0].lower():
                return False
        elif bool(set(actual) & set(values)) == sign.startswith("!"):
            return False
    return True


def _imol(context: Context, item: dict[str, Any]) -> list[str]:
    chats = context.portal.chats.values()
    return [f"imol|{chat.user_code}" for chat in chats if str(chat.contact_id) == str(item["id"])]


def _lead_add(context: Context, params: Params) -> Result:
    """The older call: fields in capitals, phones as [{VALUE, VALUE_TYPE}]."""
    fields = params.get("fields")
    if not isinstance(fields, dict):
        raise argument_missing("fields")
    old = Params(fields)
    phones = [Params(one) for one in old.elements("PHONE") if isinstance(one, dict)]
    item = _new_item(
        context,
        {
            "title": old.text("TITLE"),
            "name": old.text("NAME"),
            "lastName": old.text("LAST_NAME"),
            "originatorId": old.text("ORIGINATOR_ID"),
            "originId": old.text("ORIGIN_ID"),
            "fm": [{"typeId": "PHONE", "valueType": "WORK", "value": phone.text("VALUE")} for phone in phones],
        },
    )
    context.portal.items[LEAD][str(item["id"])] = item
    return Result(item["id"])


def _items(context: Context, params: Params) -> tuple[dict[str, dict[str, Any]], int]:
    kind = params.integer("entityTypeId")
    if kind < 1:
        raise argument_missing("entityTypeId")
    return context.portal.items.setdefault(kind, {}), kind


def _existing(items: dict[str, dict[str, Any]], params: Params) -> dict[str, Any]:
    item = items.get(params.need("id"))
    if item is None:
        raise RestError(400, "NOT_FOUND", "Element not found")
    return item


def _new_item(context: Context, fields: dict[str, Any]) -> dict[str, Any]:
    now = iso(context.now_ms)
    return {
        "id": context.portal.next_id(),
        "assignedById": OPERATOR_ID,
        "opened": "Y",
        "sourceId": "",
        "createdTime": now,
        "updatedTime": now,
        **{key: value for key, value in fields.items() if key != "fm"},
        "fm": _multifields(context, fields.get("fm")),
    }


def _multifields(context: Context, given: Any) -> list[dict[str, Any]]:
    entries = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else []
    return [{"id": context.portal.next_id(), **entry} for entry in entries if isinstance(entry, dict)]


def _show_contact(context: Context, item: dict[str, Any]) -> None:
    name = " ".join(str(item[part]) for part in ("name", "lastName") if item.get(part))
    phones = [str(fm.get("value", "")) for fm in item["fm"] if fm.get("typeId") == "PHONE"]
    context.portal.config["contacts"].append(Contact(id=number(item["id"]), name=name, phones=phones))


METHODS: dict[str, Method] = {
    "crm.duplicate.findbycomm": _find_by_comm,
    "crm.item.add": _item_add,
    "crm.item.get": _item_get,
    "crm.item.list": _item_list,
    "crm.item.update": _item_update,
    "crm.lead.add": _lead_add,
}
