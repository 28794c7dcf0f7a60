"""The fake Graph API: access, paths, media files, and the reads a doctor makes. Messages: meta_messages.py.

Behaviour as Meta's pages describe it (read November 2026); error codes and bodies as recorded in the project's samples.
"""

import base64
import hashlib
import hmac
import re
from typing import Any
from urllib.parse import parse_qs

from sandbox.calls import Call, Part, Reply, json_reply
from sandbox.fakes.graph_errors import GraphError, unknown_object
from sandbox.fakes.meta_messages import answer_message
from sandbox.scenario import Media, Number
from sandbox.world import World

LINK_LIFE_S = 300
_MB = 1024 * 1024
# Source: developers.facebook.com, business-phone-numbers/media (read 2026-06-16).
_ALLOWED: tuple[tuple[str, int], ...] = (
    (r"audio/(aac|amr|mpeg|mp4|ogg)", 16 * _MB),
    (r"image/(jpeg|png)", 5 * _MB),
    (r"image/webp", 500 * 1024),
    (r"video/(mp4|3gpp)", 16 * _MB),
    (r"text/plain|application/.+", 100 * _MB),
)


class FakeMeta:
    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, call: Call, *, partial: bool = False) -> Reply:  # noqa: ARG002 - Graph's calls have one part
        try:
            return self._answer(call)
        except GraphError as error:
            return json_reply(error.status, {"error": error.body()})

    def _answer(self, call: Call) -> Reply:
        if call.path.startswith("/whatsapp_business/attachments"):
            return self._download(call)
        found = re.fullmatch(r"/v\d{1,2}\.\d/([A-Za-z0-9_]+)(?:/([a-z_]+))?/?", call.path)
        if not found:
            raise GraphError(2500, "Unknown path components", kind="OAuthException")
        self._check_token(call)
        thing, edge = found[1], found[2] or ""
        if number := self._number(thing):
            return self._of_number(call, number, edge)
        if thing in {number["waba_id"] for number in self._world.meta["numbers"]}:
            return self._of_account(call, thing, edge)
        if call.method == "GET" and not edge and thing == "debug_token":
            return self._debug_token(call)
        if not edge and thing in self._world.media:
            return self._media(call, self._world.media[thing])
        raise unknown_object(thing)

    def _check_token(self, call: Call) -> None:
        scheme, _, bearer = call.headers.get("authorization", "").partition(" ")
        query = parse_qs(call.query)
        token = bearer if scheme.lower() == "bearer" else query.get("access_token", [""])[0]
        known = self._world.meta["access_token"]
        if not hmac.compare_digest(token.encode(), known.encode()):
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        proof = query.get("appsecret_proof", [""])[0]
        if not proof:
            return
        right = hmac.new(self._world.meta["app_secret"].encode(), token.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(proof.encode(), right.encode()):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")

    def _number(self, phone_number_id: str) -> Number | None:
        numbers = self._world.meta["numbers"]
        return next((one for one in numbers if one["phone_number_id"] == phone_number_id), None)

    def _of_number(self, call: Call, number: Number, edge: str) -> Reply:
        match call.method, edge:
            case "POST", "messages":
                return answer_message(self._world, number["phone_number_id"], call.decoded)
            case "POST", "media":
                return self._upload(call)
            case "GET", "":
                return json_reply(200, _fields(call, _number_view(number)))
        raise unknown_object(f"{number['phone_number_id']}/{edge}")

    def _of_account(self, call: Call, waba_id: str, edge: str) -> Reply:
        world = self._world
        match call.method, edge:
            case "GET", "subscribed_apps":
                app = {"id": "1122334455667788", "name": "Ponte", "link": "https://www.facebook.com/games/?app_id=1"}
                return json_reply(200, {"data": [{"whatsapp_business_api_data": app}] if world.subscribed else []})
            case (("POST" | "DELETE"), "subscribed_apps"):
                world.subscribed = call.method == "POST"
                return json_reply(200, {"success": True})
            case "GET", "message_templates":
                name = parse_qs(call.query).get("name", [""])[0]
                found = [one for one in world.meta["templates"] if name in str(one.get("name"))]
                return json_reply(200, {"data": found, "paging": {}})
            case "GET", "phone_numbers":
                mine = [number for number in world.meta["numbers"] if number["waba_id"] == waba_id]
                return json_reply(200, {"data": [_number_view(number) for number in mine], "paging": {}})
            case "GET", "":
                return json_reply(200, {"id": waba_id, "name": "Ponte sandbox", "account_review_status": "APPROVED"})
        raise unknown_object(f"{waba_id}/{edge}")

    def _debug_token(self, call: Call) -> Reply:
        valid = parse_qs(call.query).get("input_token", [""])[0] == self._world.meta["access_token"]
        scopes = ["whatsapp_business_management", "whatsapp_business_messaging"] if valid else []
        data = {"app_id": "1122334455667788", "type": "SYSTEM_USER", "is_valid": valid, "expires_at": 0}
        return json_reply(200, {"data": {**data, "scopes": scopes}})

    def _upload(self, call: Call) -> Reply:
        fields = {part.name: part for part in call.parts}
        file = fields.get("file")
        if fields.get("messaging_product", _NO_PART).data != b"whatsapp":
            raise GraphError(100, "(#100) The parameter messaging_product is required.", "messaging_product missing")
        if file is None or not file.data:
            raise GraphError(100, "(#100) The parameter file is required.", "file missing")
        mime_type = file.mime_type.split(";")[0].strip().lower()
        limit = next((limit for pattern, limit in _ALLOWED if re.fullmatch(pattern, mime_type)), 0)
        if len(file.data) > limit:
            details = "File is too large." if limit else f"Unsupported media type: {mime_type}"
            raise GraphError(131053, "(#131053) Media upload error", details)
        media_id = str(1_037_543_291_000_000 + self._world.next_number())
        encoded = base64.b64encode(file.data).decode()
        self._world.media[media_id] = Media(id=media_id, mime_type=file.mime_type, bytes_base64=encoded)
        return json_reply(200, {"id": media_id})

    def _media(self, call: Call, media: Media) -> Reply:
        if call.method == "DELETE":
            del self._world.media[media["id"]]
            return json_reply(200, {"success": True})
        if status := media.get("status"):
            raise unknown_object(media["id"], status)
        data = base64.b64decode(media["bytes_base64"])
        expires = self._world.now_ms() // 1000 + LINK_LIFE_S
        link = f"mid={media['id']}&ext={expires}&hash={self._link_hash(media['id'], expires)}"
        view = {
            "messaging_product": "whatsapp",
            "url": f"https://lookaside.fbsbx.com/whatsapp_business/attachments/?{link}",
            "mime_type": media["mime_type"],
            "sha256": media.get("sha256", hashlib.sha256(data).hexdigest()),
            "file_size": str(len(data)),
            "id": media["id"],
        }
        return json_reply(200, view)

    def _download(self, call: Call) -> Reply:
        """The link works for five minutes and only with the token."""
        self._check_token(call)
        query = {name: values[0] for name, values in parse_qs(call.query).items()}
        media = self._world.media.get(query.get("mid", ""))
        expires = query.get("ext", "")
        fresh = expires.isdigit() and int(expires) >= self._world.now_ms() // 1000
        if media is None or not fresh or query.get("hash") != self._link_hash(media["id"], int(expires)):
            return Reply(404, b"", {"content-type": "text/plain"})
        if status := media.get("status"):
            return Reply(status, b"", {"content-type": "text/plain"})
        data = base64.b64decode(media["bytes_base64"])
        return Reply(200, data, {"content-type": media["mime_type"]}, took_effect=True)

    def _link_hash(self, media_id: str, expires: int) -> str:
        key = self._world.meta["app_secret"].encode()
        return hmac.new(key, f"{media_id}:{expires}".encode(), hashlib.sha256).hexdigest()[:24]


_NO_PART = Part("", None, "", b"")


def _number_view(number: Number) -> dict[str, Any]:
    return {
        "id": number["phone_number_id"],
        "display_phone_number": number["display_phone_number"],
        "verified_name": "Padaria Aurora",
        "quality_rating": "GREEN",
        "status": "CONNECTED",
        "platform_type": "CLOUD_API",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "messaging_limit_tier": "TIER_1K",
        "throughput": {"level": "STANDARD"},
    }


def _fields(call: Call, view: dict[str, Any]) -> dict[str, Any]:
    wanted = parse_qs(call.query).get("fields", [""])[0]
    names = {name.strip() for name in wanted.split(",") if name.strip()}
    return {key: value for key, value in view.items() if not names or key in names or key == "id"}
