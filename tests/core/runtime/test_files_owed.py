"""A customer's file while our access to Meta is amiss: waited for, then the message goes without it, and a redrive
brings the file."""

import base64
import hashlib
from typing import Any

from ponte.media.limits import PATIENCE_MS
from ponte.runtime.redrive import Redriven, redrive
from sandbox.simulate.walk import Walk
from tests import files
from tests.core.runtime.walks import MARIA, chats, message, states, texts, walk

DATA = files.jpeg()
PARKED = "PARKED reason.file_owed"


def picture() -> bytes:
    digest = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
    content = {"id": "987", "mime_type": "image/jpeg", "sha256": digest, "caption": "Taj Mahal"}
    return message("wamid.P", {"type": "image", "image": content}, **{"from": MARIA})


def at_meta() -> Walk:
    bundle = walk()
    bundle.world.media["987"] = {
        "id": "987",
        "mime_type": "image/jpeg",
        "bytes_base64": base64.b64encode(DATA).decode(),
    }
    bundle.whatsapp(message("wamid.1", "Oi"))
    return bundle


def shown_files(bundle: Walk) -> list[tuple[str, list[str]]]:
    return [(one.text, [each.name for each in one.files]) for one in chats(bundle)[0].messages]


def revoke(bundle: Walk) -> str:
    token = str(bundle.world.meta["access_token"])
    bundle.world.meta["access_token"] = "another"
    return token


def send_on(bundle: Walk) -> list[Redriven]:
    rows = bundle.means.ledger.parked()
    return redrive(bundle.means.ledger, lambda _: Again(bundle), bundle.clock, lambda: "t", rows)


class Again:
    """The queue of customers' messages."""

    def __init__(self, bundle: Walk) -> None:
        self._bundle = bundle

    def send(self, envelopes: Any, *, fifo: bool, again: str = "") -> int:
        self._bundle._deliver("whatsapp_to_bitrix24", envelopes)
        return 0


def test_a_token_that_is_renewed_within_half_an_hour_costs_nothing_but_time() -> None:
    bundle = at_meta()
    token, began = revoke(bundle), bundle.clock.now
    send = bundle._send
    asked = []

    def renewing(request: Any) -> Any:
        asked.append(request)
        if bundle.clock.now > began + PATIENCE_MS // 2:
            bundle.world.meta["access_token"] = token
        return send(request)

    bundle.means.transfers._meta._send = renewing
    bundle.whatsapp(picture())
    assert shown_files(bundle)[-1] == ("Taj Mahal", ["imagem.jpg"])
    assert len(asked) > 2
    assert states(bundle)["wamid.P"] == "SENT"


def test_after_it_the_message_goes_and_a_redrive_brings_the_file_alone() -> None:
    bundle = at_meta()
    token = revoke(bundle)
    bundle.whatsapp(picture())
    (text, names) = shown_files(bundle)[-1]
    assert ("Taj Mahal" in text, "sem acesso" in text, names) == (True, True, [])
    assert states(bundle)["wamid.P"] == PARKED
    bundle.whatsapp(message("wamid.2", "depois"))
    assert texts(bundle)[-1] == "depois"  # nobody waits for it

    (again,) = send_on(bundle)
    assert again.state == "redriven"
    assert states(bundle)["wamid.P"] == PARKED

    bundle.world.meta["access_token"] = token
    send_on(bundle)
    assert states(bundle)["wamid.P"] == "SENT"
    text, names = shown_files(bundle)[-1]
    assert ("faltou" in text, "Taj Mahal" in text, names) == (True, True, ["imagem.jpg"])
    assert len([one for one, _ in shown_files(bundle) if "Taj Mahal" in one]) == 2
    assert send_on(bundle) == []
