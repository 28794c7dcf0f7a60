"""Files of a history: where they lie, what is wrong with them, and what the judge says of what became of them."""

import base64
from random import Random

import pytest

from ponte.media.limits import PATIENCE_MS
from sandbox.phones import PhoneMessage
from sandbox.portals import ImChat, ImMessage
from sandbox.shown_files import ShownFile
from sandbox.simulate.attachments import DAMAGED, GONE, GOOD, Attached, Attachments
from sandbox.simulate.file_invariants import FileJudge
from sandbox.simulate.providers import Said
from sandbox.simulate.scheduler import Scheduler
from sandbox.simulate.verdict import Verdict
from sandbox.world import World

MISSING = "⚠️ O arquivo não veio. Sumiu."
NOTICE = "⚠️ O cliente enviou um arquivo que não aparece aqui. Sumiu."


def said(flaw: str = GOOD) -> Said:
    return Said("wamid.A", "foto", "1", "55", posted_ms=1_000, accepted_ms=1_000, files=(attached(flaw),))


def attached(flaw: str = GOOD) -> Attached:
    return Attached("c1f0.pdf", "application/pdf", b"c1f0", flaw)


def shown(text: str, *data: bytes, at_ms: int = 2_000) -> ImMessage:
    files = [ShownFile(f"f{n}", "a", "application/pdf", one) for n, one in enumerate(data)]
    return ImMessage(1, "customer", 1, text, at_ms, files=files)


@pytest.mark.parametrize(
    ("flaw", "message", "kinds"),
    [
        (GOOD, shown("foto", b"c1f0"), []),
        (GOOD, shown("foto", b"c2f0"), ["wrong file"]),
        (GOOD, shown("foto", b"c1f0", b"c1f0"), ["wrong file"]),
        (GOOD, shown(f"foto\n\n{MISSING}", b"c1f0"), ["file denied"]),
        (GOOD, shown(f"foto\n\n{MISSING}"), ["file given up"]),
        (GOOD, shown(f"foto\n\n{MISSING}", at_ms=1_000 + PATIENCE_MS), []),
        (GONE, shown(f"foto\n\n{MISSING}"), []),
        (DAMAGED, shown("foto", b"c1f0"), ["bad file crossed"]),
    ],
)
def test_a_customers_file_shows_or_its_message_says_why_not(flaw: str, message: ImMessage, kinds: list[str]) -> None:
    verdict = Verdict()
    FileJudge(verdict, set()).in_chat(said(flaw), [message])
    assert [kind for kind, _ in verdict.violations] == kinds


@pytest.mark.parametrize(
    ("silent", "repeated", "kinds"), [(1, 0, []), (2, 0, ["file lost"]), (0, 0, ["file denied"]), (0, 1, [])]
)
def test_each_file_that_the_portal_left_out_needs_its_notice(silent: int, repeated: int, kinds: list[str]) -> None:
    verdict = Verdict()
    chat = ImChat(1, "c", 1, "x", 1, "x", messages=[ImMessage(2, "system", 0, NOTICE, 5_000)])
    FileJudge(verdict, set()).notices(chat, silent, repeated)
    assert [kind for kind, _ in verdict.violations] == kinds


def test_a_file_that_a_portal_could_not_fetch_may_be_missing() -> None:
    verdict = Verdict()
    assert FileJudge(verdict, {b"c1f0"}).in_chat(said(), [shown("foto")])
    assert verdict.violations == []
    assert (verdict.files, verdict.untaken) == (1, 1)


def test_a_file_counts_as_shown_in_whichever_copy_of_its_message_it_is() -> None:
    verdict = Verdict()
    assert not FileJudge(verdict, set()).in_chat(said(), [shown("foto"), shown("foto", b"c1f0")])
    assert verdict.violations == []
    FileJudge(verdict, set()).in_chat(said(), [shown("foto"), shown("foto", b"c2f0")])
    assert verdict.violations == [("wrong file", "wamid.A")]


def test_a_file_that_is_gone_is_not_to_be_had_at_meta() -> None:
    world = World(lambda: 0)
    attachments = Attachments(Scheduler(Random(1), 0, 100), Random(1), world)
    kinds = {}
    for flaw in (GOOD, GONE, DAMAGED):
        kind, content = attachments.at_meta(attached(flaw), "foto")
        media = world.media[content["id"]]
        kinds[flaw] = (kind, content["caption"], media.get("status"), base64.b64decode(media["bytes_base64"]))
    assert kinds[GOOD] == ("document", "foto", None, b"c1f0")
    assert kinds[GONE] == ("document", "foto", 404, b"c1f0")
    assert kinds[DAMAGED] == kinds[GOOD]


def on_phone(copies: int, *notices_ms: int, flaw: str = GOOD, healed: bool = False, risked: bool = False) -> list[str]:
    verdict = Verdict()
    file = ShownFile("f1", "a", "application/pdf", b"c1f0")
    messages = [PhoneMessage(f"w{n}", "business", "", "document", 2_000, file=file) for n in range(copies)]
    told = [
        ImMessage(n, "system", 0, "⚠️ Arquivo não enviado ao WhatsApp: c1f0.pdf. Sumiu.", ms)
        for n, ms in enumerate(notices_ms)
    ]
    chat = ImChat(1, "c", 1, "x", 1, "x", messages=told)
    FileJudge(verdict, set()).on_phone(said(flaw), messages, chat, risked=risked, parked=False, healed=healed)
    return [kind for kind, _ in verdict.violations]


def test_an_operators_file_arrives_once_or_its_chat_says_why_not() -> None:
    assert on_phone(1) == []
    assert on_phone(2) == ["doubled"]
    assert on_phone(2, risked=True) == []
    assert on_phone(0) == ["file lost"]
    assert on_phone(1, 2_000) == ["file denied"]
    assert on_phone(0, 2_000) == ["file given up"]
    assert on_phone(0, 2_000, flaw=GONE) == []
    assert on_phone(0, 2_000, healed=True) == []
    assert on_phone(0, 1_000 + PATIENCE_MS) == []
    assert on_phone(1, flaw=GONE) == ["bad file crossed"]
