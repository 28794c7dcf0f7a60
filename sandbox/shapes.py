"""A small reader of JSON Schema: says what is wrong with a value, where, and fills in defaults.

Why not the jsonschema package alone: callers of the sandbox get one error with a path such as
"bitrix24.portals[0].lines[1].foo", and the scenario's defaults stand in the schema itself, so that the published file
and what the sandbox does cannot differ. Only the keywords in `KEYWORDS` are known; a test keeps others out.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

type Schema = Mapping[str, Any]

KEYWORDS = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "pattern", "minLength", "maxLength"}
    | {"minimum", "exclusiveMinimum", "maximum", "maxItems", "default", "dependentRequired", "$ref", "$defs"}
    | {"$schema", "title", "description"}
)
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


class Refused(Exception):
    """A value that is not of the stated shape. error: one sentence; path: where, "" for the whole."""

    def __init__(self, error: str, path: str = "") -> None:
        super().__init__(f"{path or 'value'}: {error}")
        self.error = error
        self.path = path


def parse_json(body: bytes) -> Any:
    """Decode a JSON body. Raises Refused for anything else, nesting bombs and NaN included."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def check(value: Any, schema: Schema, root: Schema | None = None, path: str = "") -> Any:
    """Return a copy of `value` with the schema's defaults filled in; a null for an optional key counts as absent.

    Raises Refused with the path of the first thing that is wrong.
    """
    root = schema if root is None else root
    if "$ref" in schema:
        return check(value, _resolve(schema["$ref"], root), root, path)
    _check_type(value, schema.get("type"), path)
    if "enum" in schema and value not in schema["enum"]:
        raise Refused("must be one of " + ", ".join(str(one) for one in schema["enum"]), path)
    if isinstance(value, str):
        _check_text(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(value, schema, path)
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            raise Refused(f"at most {schema['maxItems']} elements", path)
        items = schema.get("items", {})
        return [check(one, items, root, f"{path}[{index}]") for index, one in enumerate(value)]
    elif isinstance(value, dict):
        return _check_object(value, schema, root, path)
    return value


def _resolve(reference: str, root: Schema) -> Schema:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _check_type(value: Any, wanted: str | list[str] | None, path: str) -> None:
    if wanted is None:
        return
    names = [wanted] if isinstance(wanted, str) else wanted
    for name in names:
        if isinstance(value, bool) and name in ("integer", "number"):
            continue
        if isinstance(value, _PYTHON_TYPES[name]):
            return
        if name == "integer" and isinstance(value, float) and value.is_integer():
            return
    raise Refused("must be " + " or ".join(names), path)


def _check_text(value: str, schema: Schema, path: str) -> None:
    if len(value) < schema.get("minLength", 0):
        raise Refused("must not be empty", path)
    if len(value) > schema.get("maxLength", len(value)):
        raise Refused(f"at most {schema['maxLength']} characters", path)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise Refused(f"must match {schema['pattern']}", path)


def _check_number(value: float, schema: Schema, path: str) -> None:
    if value < schema.get("minimum", value):
        raise Refused(f"at least {schema['minimum']}", path)
    if "exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"]:
        raise Refused(f"more than {schema['exclusiveMinimum']}", path)
    if value > schema.get("maximum", value):
        raise Refused(f"at most {schema['maximum']}", path)


def _check_object(value: dict[str, Any], schema: Schema, root: Schema, path: str) -> dict[str, Any]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ())
    result: dict[str, Any] = {}
    for key, one in value.items():
        here = f"{path}.{key}" if path else key
        if key not in properties:
            if schema.get("additionalProperties", True) is False:
                raise Refused("unknown key", here)
            result[key] = one
            continue
        checked = check(one, properties[key], root, here)
        if checked is not None or key in required:
            result[key] = checked
    for key in required:
        if key not in value:
            raise Refused("is missing", f"{path}.{key}" if path else key)
    for key, others in schema.get("dependentRequired", {}).items():
        for other in others:
            if key in value and other not in value:
                raise Refused(f"is missing beside {key}", f"{path}.{other}" if path else other)
    for key, one in properties.items():
        target = _resolve(one["$ref"], root) if "$ref" in one else one
        if key not in result and "default" in target:
            here = f"{path}.{key}" if path else key
            result[key] = check(json.loads(json.dumps(target["default"])), target, root, here)
    return result
