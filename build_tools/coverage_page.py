"""docs/coverage.md: what the other side shows for every kind of webhook, written by running every sample.

Each sample of tests/samples goes through the workers themselves, over memory and the fake providers, in an office that
has a chat with the sample's customer. What then stands in the chat, on the phone or in the counters is the row; no
sentence here is written by hand. A new sample is a new row: run `.venv/bin/python build_tools/coverage_page.py`.
tests/core/test_coverage_page.py fails while the page and the samples differ.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.scenario import load
from sandbox.simulate.office import FILE, NOW_MS, NUMBER, scenario
from sandbox.simulate.walk import Walk

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "tests" / "samples"
PAGE = ROOT / "docs" / "coverage.md"
KINDS = ("image", "video", "audio", "document", "sticker")
CUSTOMERS = ("from", "from_user_id", "from_parent_user_id")
LONGEST = 160
SAID_AS, SAID = "wamid.CUSTOMER", "Quanto custa?"  # what the operators' samples quote
SHUT_MS = 25 * 3600 * 1000
OF_A_SHUT_WINDOW = ("messageadd_text_signed", "messageadd_document_caption", "messageadd_command_template_file")
# Posts that are pages of the app inside the portal, not events; tests of the installation show them.
OWN_FLOWS = ("whatsapp_account", "whatsapp_preference", "bitrix24_portal")  # counted whatever the ledger says
NOT_EVENTS = {"install_page", "install_page_legacy_fields", "placement_setting_connector", "responses"}
HEAD = (
    "# What crosses, and how it looks on the other side\n\n"
    "Written by `build_tools/coverage_page.py`, which runs every sample of `tests/samples` through the bridge's own "
    "workers over memory and the fake providers; a test fails when this page is stale. The office of the samples has a "
    "chat with the customer, in which both have written; its line does not show the operator's name. *line*: a message "
    "in the customer's name. *notice*: a grey line that only operators see. 📎: a file beside it. ⏎: a line break. "
    "SENT: the ledger's word for done. Which of a customer's acts let replies go that wait for a shut window: "
    "`tests/core/runtime/test_who_lets_go.py` has each sample; that none of a customer's words is anything but text: "
    "`tests/core/runtime/test_hostile_forms.py`.\n\n"
)


@dataclass(frozen=True, slots=True)
class Row:
    """shows: what there is to see. kept: what the bridge notes or counts of it."""

    type: str
    shows: str
    kept: str
    sample: str


def rows(platform: str) -> list[Row]:
    """The rows of one platform's samples, by type and sample."""
    samples = [path.parent.name for path in sorted(SAMPLES.glob(f"{platform}/*/body"))]
    found = [row(platform, sample) for sample in samples if sample not in NOT_EVENTS]
    return sorted(found, key=lambda each: (each.type, each.sample))


def row(platform: str, sample: str, ago_ms: int = 60_000) -> Row:
    """What one sample does. ago_ms: since when the customer of the operators' samples is silent."""
    body = (SAMPLES / platform / sample / "body").read_bytes()
    sent = re.findall(r'"id":"(wamid[^"]+)","status"', body.decode()) if platform == "whatsapp" else []
    tree = json.loads(body) if platform == "whatsapp" else {}
    media = list(files_of(tree))
    if media:
        body = json.dumps(tree).encode()
    given = scenario(sent or ["wamid.OPERATOR"], media, list(linked(platform, sample)), ago_ms)
    walk = Walk(load(given, NOW_MS / 1000), NOW_MS)
    for earlier in earlier_messages(json.loads(body)) if platform == "whatsapp" else told_to_operators(ago_ms):
        walk.whatsapp(earlier)
    before, calls, states = texts(walk), len(walk.calls), ledger(walk)
    walk.counts.clear()
    counted = walk.whatsapp(body) if platform == "whatsapp" else walk.bitrix24(body)
    shows = [*changes(before, texts(walk)), *phone(walk, calls)]
    noted = [state for event, state in ledger(walk).items() if states.get(event) != state]
    told = [f"{flow}: {result}" for flow, result in walk.counts if flow in OWN_FLOWS or not noted]
    kept = [*noted, *sorted(told)] or [f"counted: {', '.join(sorted(counted))}"]
    return Row(type_of(platform, body), "; ".join(shows) or "-", ", ".join(kept), sample)


def files_of(tree: Any) -> Iterator[dict[str, Any]]:
    """The files of a webhook, each given the digest of FILE in its place."""
    digest = base64.b64encode(hashlib.sha256(FILE).digest()).decode()
    for change in tree["entry"][0]["changes"] if tree else []:
        for message in change["value"].get("messages", []):
            file = message.get(message.get("type")) if message.get("type") in KINDS else None
            if file:
                file["sha256"] = digest
                yield file


def linked(platform: str, sample: str) -> Iterator[dict[str, Any]]:
    """The files of an operator's sample, which lie beside it under the codes in their links."""
    folder = SAMPLES / platform / sample
    tree = (folder / "tree.json").read_text() if platform == "bitrix24" else ""
    for mime, code in re.findall(r'"mime": "([^"]+)",\s+"link": "[^"]+/~(\w+)', tree):
        if (path := folder / "files" / code).exists():
            encoded = base64.b64encode(path.read_bytes()).decode()
            yield {"code": code, "name": code, "mime_type": mime, "bytes_base64": encoded}


def told_to_operators(ago_ms: int) -> Iterator[bytes]:
    """What the customer of the operators' samples wrote, in message 90005 of the portal."""
    text = {"id": SAID_AS, "timestamp": str((NOW_MS - ago_ms) // 1000), "type": "text"}
    metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    said = {"from": "5511900000001", **text, "text": {"body": SAID}}
    yield json.dumps(
        {
            "entry": [
                {"id": "1", "changes": [{"field": "messages", "value": {"metadata": metadata, "messages": [said]}}]}
            ]
        }
    ).encode()


def earlier_messages(tree: Any) -> Iterator[bytes]:
    """What the customer wrote before, under the ids that a sample quotes, edits or removes."""
    value = tree["entry"][0]["changes"][0]["value"]
    told = ("messages", "message_echoes", "user_preferences", "user_id_update", "calls")
    for message in [each for key in told for each in value.get(key, [])]:
        who = customer_of(message)
        if not who or message.get("group_id"):
            continue
        about = (
            message.get("context", {}).get("id"),
            message.get("reaction", {}).get("message_id"),
            message.get("edit", {}).get("original_message_id"),
            message.get("revoke", {}).get("original_message_id"),
        )
        wamid = next((each for each in about if each), "wamid.EARLIER")
        text = {"id": wamid, "timestamp": "1763499000", "type": "text", "text": {"body": "Bom dia, tudo bem?"}}
        metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
        change = {"field": "messages", "value": {"metadata": metadata, "messages": [{**who, **text}]}}
        yield json.dumps({"entry": [{"id": "102290129340398", "changes": [change]}]}).encode()


def customer_of(element: Any) -> dict[str, str]:
    """The customer an element speaks of, in the keys of a message of theirs."""
    renamed = element.get("system") or element
    if isinstance(renamed.get("user_id"), dict):
        return {"from_user_id": renamed["user_id"]["previous"]}
    if "previous_user_id" in renamed:
        return {"from_user_id": renamed["previous_user_id"]}
    if "wa_id" in element:
        return {"from": element["wa_id"]}
    if element.get("direction") != "USER_INITIATED" and ("to" in element or "to_user_id" in element):
        return {f"from{key[2:]}": element[key] for key in ("to", "to_user_id") if key in element}
    return {key: element[key] for key in CUSTOMERS if key in element}


def texts(walk: Walk) -> dict[str, tuple[str, str]]:
    """message id -> (who, what is seen) of all chats of the portal."""
    messages = [one for portal in walk.world.portals for chat in portal.chats.values() for one in chat.messages]
    words = {"customer": "line", "system": "notice", "operator": "operator"}
    return {str(one.id): (words[one.sender], seen(one.text, [file.name for file in one.files])) for one in messages}


def seen(text: str, files: list[str]) -> str:
    return " ".join([*([quoted(text)] if text or not files else []), *(f"📎 {name}" for name in files)])


def changes(before: dict[str, tuple[str, str]], after: dict[str, tuple[str, str]]) -> Iterator[str]:
    for key in before.keys() - after.keys():
        yield f"message removed: {before[key][1]}"
    for key, (who, text) in after.items():
        if key not in before:
            yield f"{who}: {text}"
        elif before[key][1] != text:
            yield f"message changed: {text}"


def phone(walk: Walk, first: int) -> Iterator[str]:
    """What went out to WhatsApp, and what Bitrix24 was told of it and of the customer."""
    for name, body in walk.calls[first:]:
        if name.endswith("/messages") and body.get("status") == "read":
            yield "blue ticks" + (", typing" if "typing_indicator" in body else "")
        elif name.endswith("/messages"):
            yield f"WhatsApp {body['type']}: {sent_as(body['type'], body[body['type']])}{quoting(body)}"
        elif name in ("imconnector.send.status.delivery", "imconnector.send.status.reading"):
            yield f"{name.rpartition('.')[2]} told to Bitrix24"
        elif name == "crm.item.update":
            yield f"CRM contact: {', '.join(each['value'] for each in body['fields']['fm'])} added"


def sent_as(kind: str, content: dict[str, Any]) -> str:
    """A message as the phone shows it."""
    match kind:
        case "template":
            given = [one for part in content.get("components", []) for one in part["parameters"]]
            values = [one["text"] if "text" in one else f"📎 {one['type']}" for one in given]
            return f"{content['name']} ({', '.join(values)})"
        case "interactive":
            action = content["action"]
            rows = [row["title"] for section in action.get("sections", []) for row in section["rows"]]
            titles = [button["reply"]["title"] for button in action.get("buttons", [])] + rows
            titles += [action["parameters"]["display_text"]] if "parameters" in action else []
            return f"{quoted(content['body']['text'])} {' '.join(f'[{title}]' for title in titles)}"
        case "reaction":
            return f"{content['emoji']} on {named(content['message_id'])}"
    files = [str(content.get("filename") or ("voice" if content.get("voice") else kind))] if "id" in content else []
    return seen(str(content.get("body") or content.get("caption") or ""), files)


def quoting(body: dict[str, Any]) -> str:
    return f", in reply to {named(body['context']['message_id'])}" if "context" in body else ""


def named(wamid: str) -> str:
    return f"the customer's {quoted(SAID)}" if wamid == SAID_AS else wamid


def ledger(walk: Walk) -> dict[str, str]:
    """event -> its state, with the rank of receipts or the reason."""
    found = {}
    for item in walk.tables.message.items():  # type: ignore[attr-defined]  # of the memory's own table
        if item["sk"] != "M" or "st" not in item:
            continue
        ranks = [f"rank {item[name]}" for name in sorted(item) if re.fullmatch(r"rk\d+", name)]
        why = str(item.get("reason", "")) or next((e.get("detail", "") for e in reversed(item["log"])), "")
        told = [item["st"], *ranks] if item["st"] == "SENT" else [item["st"], why]
        found[str(item["pk"])] = " ".join(filter(None, told))
    return found


def type_of(platform: str, body: bytes) -> str:
    """The vendor's word for what the sample brings."""
    if platform == "bitrix24":
        found = re.search(rb"(?:^|&)event=([^&]+)", body)
        return found[1].decode().upper() if found else "-"
    change = json.loads(body)["entry"][0]["changes"][0]
    field, value = change["field"], change["value"]
    for key in ("messages", "message_echoes"):
        if value.get(key):
            kind = value[key][0].get("type", "")
            inner = value[key][0].get(kind)
            detail = inner.get("type", "") if kind in ("interactive", "system") and isinstance(inner, dict) else ""
            return " ".join(filter(None, ["echo" if key != "messages" else "", kind, detail]))
    if value.get("statuses"):
        return f"status {value['statuses'][0].get('status')}"
    if field == "messages":
        return next((key for key in ("user_actions", "errors") if key in value), field)
    return str(field)


def quoted(text: str) -> str:
    line = text.strip().replace("\n", " ⏎ ").replace("\u2060", "").replace("|", "\\|")
    return f"“{line if len(line) <= LONGEST else line[: LONGEST - 1] + '…'}”"


def page() -> str:
    """The whole page."""
    into_shut = [row("bitrix24", sample, SHUT_MS) for sample in OF_A_SHUT_WINDOW]
    sections = (
        ("From WhatsApp to Bitrix24", "whatsapp", rows("whatsapp")),
        ("From Bitrix24 to WhatsApp", "bitrix24", rows("bitrix24")),
        ("From Bitrix24 to WhatsApp, when the customer last wrote 25 hours ago", "bitrix24", into_shut),
    )
    parts = [HEAD]
    for title, platform, found in sections:
        parts.append(f"## {title}\n\n| type | what is shown | what is kept | sample |\n|---|---|---|---|\n")
        parts += [f"| {r.type} | {r.shows} | {r.kept} | `{platform}/{r.sample}` |\n" for r in found]
        parts.append("\n")
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
