"""A customer's file, effect by effect: fetched, handed over with its caption, no reason to lose the message."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.mappings import Conversation, MemberId, PersonId, PhoneNumberId
from ponte.media.store import KeptFile
from ponte.relays.decisions import Finish, Park, Step
from ponte.relays.effects import MarkRead, PostNotice, SendToOpenLine
from ponte.relays.file_effects import FetchMedia
from ponte.relays.inbound_media import OWED
from ponte.relays.whatsapp_to_bitrix24 import decide, is_whole
from ponte.texts import files as file_texts
from ponte.whatsapp.events import Edit, InboundMessage, Media, Product, Sender, Text

KNOWN = Conversation(
    PhoneNumberId("pn"),
    PersonId("p1"),
    MemberId("m"),
    "ponte",
    7,
    "p1",
    wa_id="5511987654321",
    chat_id="1807",
    contact_id="42",
)
PICTURE = Media("image", "987", "image/jpeg", "c2hh", "Taj *Mahal* [b]")
MESSAGE = InboundMessage("wamid.1", "pn", 1_763_500_000, Sender(phone="5511987654321"), "image", PICTURE)
KEPT = KeptFile("media/x/0", "imagem.jpg", "image/jpeg", 3, ())
SENT = {"chat_id": "1807", "files": 1}


def walk(message: InboundMessage, outcomes: dict[str, dict[str, Any]]) -> list[Any]:
    steps: dict[str, Any] = {}
    seen: list[Any] = []
    for _ in range(12):
        decision = decide(message, KNOWN, "contact", "pt-BR", steps)
        if not isinstance(decision, Step):
            return [*seen, decision]
        seen.append(decision.effect)
        steps[decision.name] = outcomes.get(decision.name, {})
    raise AssertionError("never ends")


def test_a_file_is_fetched_and_handed_over_with_its_caption() -> None:
    fetch, send, read, end = walk(MESSAGE, {"fetch": KEPT.as_outcome(), "send": SENT})
    assert fetch == FetchMedia("987", "image/jpeg", "c2hh", "", "imagem")
    assert isinstance(send, SendToOpenLine)
    assert send.files == (KEPT,)
    assert send.text.startswith("Taj [b]Mahal[/b] [")
    assert "[b]" not in send.text.replace("[b]Mahal[/b]", "")
    assert (read, end) == (MarkRead("wamid.1"), Finish())


@pytest.mark.parametrize(
    ("media", "fallback"),
    [
        (Media("image", "1"), "imagem"),
        (Media("video", "1"), "vídeo"),
        (Media("audio", "1"), "áudio"),
        (Media("audio", "1", voice=True), "mensagem de voz"),
        (Media("document", "1"), "documento"),
        (Media("sticker", "1"), "figurinha"),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_a_file_without_a_name_is_called_after_its_kind_and_needs_no_text(media: Media, fallback: str) -> None:
    fetch, send, *_ = walk(replace(MESSAGE, body=media), {"fetch": KEPT.as_outcome(), "send": SENT})
    assert fetch.fallback == fallback
    assert send.text == ""


def test_what_else_the_message_says_stays_beside_the_file() -> None:
    message = replace(MESSAGE, body=replace(PICTURE, caption=""), product=Product("c", "sku-1"))
    send = walk(message, {"fetch": KEPT.as_outcome(), "send": SENT})[1]
    assert send.text == "🛍️ Sobre o produto sku-1"


@pytest.mark.parametrize("code", [key.removeprefix("reason.file.") for key in file_texts.TEXTS if "reason." in key])
def test_a_refused_file_leaves_the_caption_and_the_reason(code: str) -> None:
    _, send, read, end = walk(MESSAGE, {"fetch": {"refused": code}, "send": SENT})
    assert send.files == ()
    assert "Imagem" in send.text
    assert "Taj" in send.text
    assert "O arquivo não veio" in send.text
    assert (read, end) == (MarkRead("wamid.1"), Park("reason.file_owed", code) if code in OWED else Finish())


@pytest.mark.parametrize("code", sorted(OWED))
def test_a_redrive_brings_the_file_alone(code: str) -> None:
    """What was refused is forgotten, what was handed over is not."""
    steps: dict[str, Any] = {"send": {"chat_id": "1807", "files": 0}, "mark_read": {}}
    fetch = decide(MESSAGE, KNOWN, "contact", "pt-BR", steps)
    assert isinstance(fetch, Step)
    assert isinstance(fetch.effect, FetchMedia)
    assert decide(MESSAGE, KNOWN, "contact", "pt-BR", {**steps, fetch.name: {"refused": code}}) == Park(
        "reason.file_owed", code
    )
    steps[fetch.name] = KEPT.as_outcome()
    send = decide(MESSAGE, KNOWN, "none", "pt-BR", steps)
    assert isinstance(send, Step)
    assert isinstance(send.effect, SendToOpenLine)
    assert send.effect.files == (KEPT,)
    assert send.effect.disable_crm
    assert "faltou" in send.effect.text
    assert "Taj" in send.effect.text
    assert send.effect.message_id != "wamid.1"
    assert not is_whole(send.effect.message_id)  # nobody takes it for a wamid
    assert decide(MESSAGE, KNOWN, "contact", "pt-BR", {**steps, send.name: SENT}) == Finish()


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ({"fetch_late": {"refused": "expired"}}, "não existe mais"),
        ({"fetch_late": KEPT.as_outcome(), "send_file": {"chat_id": "1807", "files": 0}}, "não conseguiu buscar"),
        ({"fetch_late": KEPT.as_outcome(), "send_file": {"refused": "message_refused"}}, "não conseguiu buscar"),
    ],
    ids=["gone", "dropped by the portal", "refused by the portal"],
)
def test_a_file_that_a_redrive_does_not_bring_either_is_told_once(outcomes: dict[str, Any], told: str) -> None:
    steps = {"send": SENT, "mark_read": {}, **outcomes}
    notice = decide(MESSAGE, KNOWN, "contact", "pt-BR", steps)
    assert isinstance(notice, Step)
    assert isinstance(notice.effect, PostNotice)
    assert told in notice.effect.text
    assert decide(MESSAGE, KNOWN, "contact", "pt-BR", {**steps, notice.name: {}}) == Finish()


def test_a_late_file_that_the_line_refuses_stays_parked() -> None:
    steps = {
        "send": SENT,
        "mark_read": {},
        "fetch_late": KEPT.as_outcome(),
        "send_file": {"refused": "not_active_line"},
    }
    assert decide(MESSAGE, KNOWN, "contact", "pt-BR", steps) == Park("reason.bitrix24.not_active_line", "")


def test_an_unknown_refusal_is_named_by_its_code() -> None:
    send = walk(MESSAGE, {"fetch": {"refused": "http_418"}, "send": SENT})[1]
    assert "http_418" in send.text


def test_metas_own_code_is_told_in_its_own_words() -> None:
    send = walk(MESSAGE, {"fetch": {"refused": "131052", "detail": "too large"}, "send": SENT})[1]
    assert "{" not in send.text
    assert len(send.text.splitlines()) >= 3


def test_a_message_the_portal_refuses_for_its_file_is_sent_again_without_it() -> None:
    refusal = {"refused": "message_refused", "detail": "x"}
    effects = walk(MESSAGE, {"fetch": KEPT.as_outcome(), "send": refusal, "send_again": SENT})
    assert [type(e) for e in effects] == [FetchMedia, SendToOpenLine, SendToOpenLine, MarkRead, Finish]
    assert effects[2].files == ()
    assert effects[2].message_id == effects[1].message_id
    assert "não conseguiu buscar" in effects[2].text


def test_a_message_that_is_refused_without_a_file_too_is_parked() -> None:
    refusal = {"refused": "message_refused", "detail": "x"}
    effects = walk(MESSAGE, {"fetch": KEPT.as_outcome(), "send": refusal, "send_again": refusal})
    assert effects[-1] == Park("reason.bitrix24.message_refused", "x")


def test_another_refusal_is_no_reason_to_leave_the_file_out() -> None:
    effects = walk(MESSAGE, {"fetch": KEPT.as_outcome(), "send": {"refused": "not_active_line"}})
    assert effects[-1] == Park("reason.bitrix24.not_active_line", "")


def test_a_refused_text_is_not_sent_again() -> None:
    message = replace(MESSAGE, type="text", body=Text("oi"))
    effects = walk(message, {"send": {"refused": "message_refused"}})
    assert [type(e) for e in effects] == [SendToOpenLine, Park]


def test_a_file_the_portal_dropped_without_a_word_is_told() -> None:
    effects = walk(MESSAGE, {"fetch": KEPT.as_outcome(), "send": {"chat_id": "1807", "files": 0}})
    (notice,) = [e for e in effects if isinstance(e, PostNotice)]
    assert notice.chat_id == "1807"
    assert "não conseguiu buscar" in notice.text
    assert effects[-1] == Finish()


def test_a_notice_of_a_dropped_file_that_a_shut_portal_refuses_is_owed() -> None:
    """A redrive forgets the refusal, and tells of the file after all."""
    dropped = {"fetch": KEPT.as_outcome(), "send": {"chat_id": "1807", "files": 0}}
    effects = walk(MESSAGE, {**dropped, "notice_file": {"refused": "portal_reauth", "detail": ""}})
    assert effects[-1] == Park("reason.bitrix24.portal_reauth")


@pytest.mark.parametrize("sent", [{"chat_id": "1807"}, {"chat_id": "1807", "files": 1}], ids=["not told", "taken"])
def test_a_file_that_was_taken_or_not_told_of_causes_no_notice(sent: dict[str, Any]) -> None:
    effects = walk(MESSAGE, {"fetch": KEPT.as_outcome(), "send": sent})
    assert not [e for e in effects if isinstance(e, PostNotice)]


def test_an_edited_caption_fetches_nothing() -> None:
    message = replace(MESSAGE, type="edit", body=Edit("wamid.0", PICTURE))
    assert not [e for e in walk(message, {"send": SENT}) if isinstance(e, FetchMedia)]


def test_every_sentence_about_files_is_there_in_both_languages() -> None:
    for sentences in file_texts.TEXTS.values():
        assert set(sentences) == {"pt-BR", "en"}
        assert all(sentences.values())
