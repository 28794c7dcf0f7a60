"""One post as big as Meta may send it."""

import json
import time
from collections import defaultdict
from typing import Any

USERS, EACH = 40, 30


def flood() -> tuple[bytes, dict[str, list[str]]]:
    """One body of 1.8 MB: 1,200 messages and 1,200 statuses of 40 users, mixed; and what each user wrote, in order."""
    said: dict[str, list[str]] = defaultdict(list)
    messages: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
    for n in range(USERS * EACH):
        who = f"55119{n % USERS:08}"
        text = f"{n:04} {'x' * 770}"
        said[who].append(text)
        stamp = str(int(time.time()) - 100)
        messages.append({"from": who, "id": f"wamid.F{n}", "timestamp": stamp, "type": "text", "text": {"body": text}})
        conversation = {"id": "c" * 32, "origin": {"type": "service"}}
        pricing = {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}
        status = {"id": f"wamid.S{n}", "status": "delivered", "timestamp": stamp, "recipient_id": who}
        padding = {"biz_opaque_callback_data": "p" * 340}
        statuses.append({**status, "conversation": conversation, "pricing": pricing, **padding})
    contacts = [{"profile": {"name": "Cliente"}, "wa_id": who} for who in said]
    metadata = {"display_phone_number": "551150783881", "phone_number_id": "106540352242922"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": contacts}
    changes = [{"field": "messages", "value": {**value, "messages": messages, "statuses": statuses}}]
    tree = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}
    return json.dumps(tree, separators=(",", ":")).encode(), dict(said)
