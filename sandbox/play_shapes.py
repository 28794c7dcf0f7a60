"""The shapes of the bodies that the play API takes (shapes.check)."""

from typing import Any

from sandbox import played_files
from sandbox.phones import BSUID
from sandbox.portals import OPERATOR_ID, OPERATORS

_TEXT = {"type": "string", "minLength": 1, "maxLength": 20_000}
_SHORT = {"type": ["string", "null"], "maxLength": 200}
_SOURCE = {"type": ["string", "null"], "minLength": 1, "maxLength": 512}


def _shape(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


_WAMID = {"type": "string", "minLength": 1, "maxLength": 512}
_REACTION = _shape(["wamid", "emoji"], wamid=_WAMID, emoji={"type": "string", "maxLength": 32})
CUSTOMER = _shape(
    [],
    wa_id={"type": ["string", "null"], "pattern": "^[0-9]{5,20}$"},
    user_id={"type": ["string", "null"], "pattern": f"^{BSUID.pattern}$"},
    name=_SHORT,
    phone_number_id=_SHORT,
    text=_TEXT,
    file=played_files.SHAPE,
    reaction=_REACTION,
    source_id=_SOURCE,
)
OPERATOR = _shape(
    ["chat_id"],
    chat_id={"type": ["integer", "string"]},
    member_id=_SHORT,
    text=_TEXT,
    reply_to={"type": ["integer", "string"]},
    files={"type": "array", "maxItems": 10, "items": played_files.SHAPE},
    source_id=_SOURCE,
    operator_id={"type": "integer", "enum": list(OPERATORS), "default": OPERATOR_ID},
    lost={"type": "boolean", "default": False},
    whisper={"type": "boolean", "default": False},
    at_ms={"type": ["integer", "null"], "minimum": 0},
)
READ = _shape(["wamid"], wamid=_WAMID)
FAIL = _shape(["wamid", "code"], wamid=_WAMID, code={"type": "integer", "minimum": 0})
RECEIPTS = _shape(["mode"], mode={"type": "string", "enum": ["auto", "manual"]})
REWIND = _shape(
    ["hours"],
    wa_id={"type": ["string", "null"], "pattern": "^[0-9]{5,20}$"},
    user_id={"type": ["string", "null"], "pattern": f"^{BSUID.pattern}$"},
    phone_number_id=_SHORT,
    hours={"type": "number", "minimum": 0, "maximum": 1000},
)
RENAME = _shape(
    ["member_id", "domain"],
    member_id={"type": "string", "minLength": 1},
    domain={"type": "string", "pattern": r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"},
)
