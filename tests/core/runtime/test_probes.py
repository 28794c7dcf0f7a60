"""What a portal's history proves of a message whose answer never came."""

from typing import Any

import pytest

from ponte.mappings import Timing
from ponte.media.store import KeptFile
from ponte.outcome import Outcome, Succeeded
from ponte.relays.effects import PostNotice, SendToOpenLine
from ponte.runtime.execute import Found, NotFound, Proof
from ponte.runtime.probes import Probes
from ponte.storage.ledger import Claimed
from tests.core.runtime.clocks import Clock
from tests.core.runtime.transferring import PORTAL

SEND = SendToOpenLine(
    "c", 1, "ext", "Ana", "", "", "wamid.A", 1, "foto", "7", "", files=(KeptFile("k", "a.png", "image/png", 5),)
)


class Portals:
    """Answers every call with one history."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.messages = messages

    def call(self, *_: Any) -> Outcome:
        return Succeeded({"result": {"message": self.messages}})


def probe(*messages: dict[str, Any]) -> Proof:
    claim = Claimed("wa|1|wamid.A", "me", 10_000, 2, 0, "unknown", first_ms=1_000)
    probes = Probes(Portals(list(messages)), Clock(1_000), Timing(), "ponte")  # type: ignore[arg-type]
    return probes.probe(SEND, claim, PORTAL, 10)


@pytest.mark.parametrize(
    ("params", "files"),
    [({}, 0), ({"fileId": []}, 0), ({"fileId": ["5"]}, 1), ({"FILE_ID": [5, 6]}, 2)],
)
def test_a_message_that_is_there_is_proved_with_as_many_files_as_it_shows(params: dict[str, Any], files: int) -> None:
    """None at all is how a portal says that it could not fetch the file: somebody has to be told."""
    found = probe({"text": "foto", "params": {"connectorMid": ["wamid.A"], **params}})
    assert found == Found({"chat_id": "7", "files": files})


def test_a_message_found_by_its_text_alone_says_nothing_of_files() -> None:
    found = probe({"text": "foto", "date": "2026-03-11T18:53:14-03:00", "params": []})
    assert found == Found({"chat_id": "7"})


def test_another_message_proves_nothing() -> None:
    assert probe({"text": "foto", "params": {"connectorMid": ["wamid.B"], "fileId": ["5"]}}) == NotFound()


@pytest.mark.parametrize(
    ("begun_ms", "proof"),
    [(0, Found({"chat_id": "7"})), (1_000_000, Found({"chat_id": "7"})), (1_001_000, NotFound())],
    ids=["nobody said", "shown since", "shown before"],
)
def test_of_equal_notices_only_one_that_is_not_older_than_the_call_is_ours(begun_ms: int, proof: Proof) -> None:
    """Two files that the portal could not fetch are told in the same words."""
    claim = Claimed("wa|1|wamid.A", "me", 10_000, 2, 0, "unknown", first_ms=900_000, begun_ms=begun_ms)  # type: ignore[arg-type]
    shown = [{"text": "Um arquivo", "date": "1970-01-01T00:16:40+00:00", "params": []}]
    probes = Probes(Portals(shown), Clock(1_000), Timing(), "ponte")  # type: ignore[arg-type]
    assert probes.probe(PostNotice("7", "Um arquivo"), claim, PORTAL, 10) == proof
