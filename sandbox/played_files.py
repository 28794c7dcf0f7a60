"""Files that the people of the play API send: put where the real apps put them, at Meta or in the portal."""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from sandbox.portals import PortalState
from sandbox.scenario import File, Media
from sandbox.shapes import Refused
from sandbox.shown_files import ShownFile
from sandbox.world import World

SHAPE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "mime_type", "bytes_base64"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 500},
        "mime_type": {"type": "string", "pattern": "^[a-zA-Z0-9!#$&^_.+-]+/[a-zA-Z0-9!#$&^_.+-]+"},
        "bytes_base64": {"type": "string", "minLength": 4, "maxLength": 40_000_000},
    },
}
_KINDS = (
    (r"image/(jpeg|png)", "image"),
    (r"image/webp", "sticker"),
    (r"video/(mp4|3gpp)", "video"),
    (r"audio/(aac|amr|mpeg|mp4|ogg)", "audio"),
)


def check_content(asked: dict[str, Any], *files: dict[str, Any] | None) -> None:
    """Raises Refused unless there is a text or a file, and every file is base64."""
    given = [file for file in files if file]
    if not given and not asked.get("text"):
        raise Refused("is missing", "text")
    for file in given:
        try:
            base64.b64decode(file["bytes_base64"], validate=True)
        except ValueError:
            raise Refused("must be base64", "file.bytes_base64") from None


def written(world: World, text: str, file: dict[str, Any] | None) -> tuple[str, dict[str, Any], ShownFile | None]:
    """What a customer sends: (kind, the webhook's object of that kind, the file as the phone shows it)."""
    if not file:
        return "text", {"body": text}, None
    data, mime = base64.b64decode(file["bytes_base64"]), file["mime_type"]
    kind = next((kind for pattern, kind in _KINDS if re.match(pattern, mime)), "document")
    media_id = str(1_908_647_000_000_000 + world.next_number())
    world.media[media_id] = Media(id=media_id, mime_type=mime, bytes_base64=file["bytes_base64"])
    sha256 = base64.b64encode(hashlib.sha256(data).digest()).decode()
    content: dict[str, Any] = {"id": media_id, "mime_type": mime, "sha256": sha256}
    if kind == "document":
        content["filename"] = file["name"]
    if kind == "audio":
        content["voice"] = mime.startswith("audio/ogg")
    elif text and kind != "sticker":
        content["caption"] = text
    return kind, content, world.files.add(file["name"], mime, data)


def attached(portal: PortalState, files: Sequence[dict[str, Any]]) -> list[File]:
    """An operator's files, from now on behind the portal's links."""
    kept = [
        File(
            code=f"pg{portal.next_id()}",
            name=file["name"],
            mime_type=file["mime_type"],
            bytes_base64=file["bytes_base64"],
        )
        for file in files
    ]
    portal.config["files"] += kept
    return kept


def shown(world: World, file: File) -> ShownFile:
    return world.files.add(file["name"], file["mime_type"], base64.b64decode(file["bytes_base64"]))
