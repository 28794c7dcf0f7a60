"""The fake Chatwoot's contacts/filter: rules, what each attribute may be asked, what is refused."""

import time
from typing import Any

from sandbox.calls import Reply, json_reply
from sandbox.chatwoot_accounts import Row
from sandbox.fakes.chatwoot_contacts import resolved
from sandbox.fakes.chatwoot_errors import Asked, Refusal

_EQUAL = ("equal_to", "not_equal_to")
_PRESENT = ("is_present", "is_not_present")
_TIME = ("is_greater_than", "is_less_than", "days_before")
_OPERATORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("name", "phone_number", "email", "identifier"), (*_EQUAL, "contains", "does_not_contain")),
    **dict.fromkeys(("country_code", "city", "company_name", "blocked"), _EQUAL),
    "labels": (*_EQUAL, *_PRESENT),
    **dict.fromkeys(("created_at", "last_activity_at"), _TIME),
}


def contacts(asked: Asked) -> Reply:
    """count is of all pages; only the first value counts for text; AND and OR from the left, as SQL reads them."""
    rules = asked.body.get("payload")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise Refusal(422, {"error": "param is missing or the value is empty: payload"})
    groups: list[list[Row]] = [[]]
    for rule in rules:
        _check(asked, rule)
        groups[-1].append(rule)
        if str(rule.get("query_operator") or "").upper() == "OR":
            groups.append([])
    groups = [group for group in groups if group]
    found = [
        row for row in _candidates(asked, groups) if any(all(_holds(row, one) for one in group) for group in groups)
    ]
    meta = {"count": len(found), "current_page": asked.current_page()}
    return json_reply(200, {"meta": meta, "payload": [asked.account.shown(row) for row in asked.page(found)]})


def _candidates(asked: Asked, groups: list[list[Row]]) -> list[Row]:
    """Those that can fulfil the rules: where each group names a value that few have, nobody else is looked at."""
    found: dict[int, Row] = {}
    for group in groups:
        exact = next((rule for rule in group if _is_exact(rule)), None)
        if exact is None:
            return resolved(asked)
        value = exact["values"][0]
        found |= {row["id"]: row for row in asked.account.who_has(exact["attribute_key"], value)}
    return [found[one] for one in sorted(found)]


def _is_exact(rule: Row) -> bool:
    named = (rule.get("attribute_key"), rule.get("filter_operator"))
    return named in (("email", "equal_to"), ("identifier", "equal_to")) and isinstance(rule.get("values"), list)


def _check(asked: Asked, rule: Row) -> None:
    name, operator = str(rule.get("attribute_key")), str(rule.get("filter_operator"))
    allowed = _OPERATORS.get(name)
    if allowed is None:
        if name not in asked.account.config["attribute_definitions"]:
            known = ",".join(_OPERATORS)
            raise Refusal(422, {"error": f"Invalid attribute key - [{name}]. The key should be one of [{known}]"})
        allowed = (*_EQUAL, *_PRESENT, "contains", "does_not_contain")
    if operator not in allowed:
        raise Refusal(422, {"error": f"Invalid operator. The allowed operators for {name} are [{','.join(allowed)}]"})
    if operator not in _PRESENT and not rule.get("values"):
        raise Refusal(422, {"error": f"Invalid value. The values provided for {name} are invalid"})


def _holds(row: Row, rule: Row) -> bool:
    name, operator = rule["attribute_key"], rule["filter_operator"]
    values = rule.get("values") or [""]
    wanted = values[0] if isinstance(values, list) else values
    there = _value(row, name)
    if name == "labels":
        has = bool(set(there) & {str(one) for one in (values if isinstance(values, list) else [values])})
        return {"equal_to": has, "not_equal_to": not has, "is_present": bool(there)}.get(operator, not there)
    if operator in _TIME:
        bound = time.time() - float(wanted) * 86_400 if operator == "days_before" else float(wanted)
        return bool(there) and (there > bound if operator == "is_greater_than" else there < bound)
    text, asked = _text(there), _text(wanted)
    if name == "phone_number":
        asked = "+" + asked.lstrip("+ ")
    match operator:
        case "equal_to":
            return text == asked and text != ""
        case "not_equal_to":
            return text != asked
        case "contains":
            return asked.lstrip("+") in text
        case "does_not_contain":
            return asked.lstrip("+") not in text
        case "is_present":
            return text != ""
        case _:
            return text == ""


def _value(row: Row, name: str) -> Any:
    if name in ("country_code", "city", "company_name"):
        return (row.get("additional_attributes") or {}).get(name)
    if name in _OPERATORS:
        return row.get(name) or ([] if name == "labels" else row.get(name))
    return (row.get("custom_attributes") or {}).get(name)


def _text(value: Any) -> str:
    """Case does not count; true and "true" are the same."""
    return "" if value is None else str(value).lower()
