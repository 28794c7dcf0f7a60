"""An operator's files, effect by effect: in order, with the text; a failure is told and keeps nothing else back."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.bitrix24.values import OperatorFile, OperatorMessage
from ponte.mappings import Conversation, Line, MemberId, PersonId, PhoneNumberId
from ponte.media.limits import MAX_BYTES, MAX_FILES
from ponte.media.store import KeptFile
from ponte.media.types import OPUS_MONO
from ponte.relays.bitrix24_to_whatsapp import Reply, decide, open_step
from ponte.relays.decisions import Finish, Park, Step
from ponte.relays.effects import AcknowledgeDelivery, PostNotice, SendText
from ponte.relays.file_effects import FetchFile, SendMedia, UploadMedia
from ponte.relays.outbound_effects import SendInteractive
from ponte.relays.outbound_files import Ready, arrange
from ponte.whatsapp.media import form_of

NOW = 1_800_000_000_000
TO = "5511987654321"
LINE = Line(MemberId("m"), "ponte", 7, PhoneNumberId("pn"), signature=False, active=True)
CONVERSATION = Conversation(PhoneNumberId("pn"), PersonId("p1"), MemberId("m"), "ponte", 7, "p1", wa_id=TO)


def file(name: str) -> OperatorFile:
    return OperatorFile(name, "file", "image/jpeg", f"https://portal/~{name}", 10)


def event(text: str, *files: OperatorFile) -> OperatorMessage:
    return OperatorMessage("ponte", 7, "1807", "86497", "p1", "27", f"[b]Ana:[/b] [br]{text}", files, 1)


def kept(mime: str = "image/jpeg", size: int = 10, traits: tuple[str, ...] = ()) -> dict[str, Any]:
    return KeptFile("media/x/0", "a.jpg", mime, size, traits).as_outcome()


def answered(name: str) -> dict[str, Any]:
    if name.startswith("file"):
        return kept()
    return {"media_id": f"m{name[6:]}"} if name.startswith("upload") else {"wamid": f"w-{name}"}


def walk(message: OperatorMessage, steps: dict[str, Any] | None = None, **kw: Any) -> list[Any]:
    """Names of the steps with their effects, then the end. answers: by step name, else all goes well."""
    steps = {} if steps is None else steps
    seen: list[Any] = []
    for _ in range(150):
        reply = Reply(CONVERSATION, kw.get("line", LINE), NOW, "pt-BR")
        decision = decide(message, reply, steps)
        if not isinstance(decision, Step):
            return [*seen, decision]
        seen.append(decision.effect)
        steps[decision.name] = kw.get("answers", {}).get(decision.name, answered(decision.name))
    raise AssertionError("never ends")


def test_a_file_is_fetched_uploaded_and_sent_with_the_text_as_its_caption() -> None:
    fetch, upload, send, ack, end = walk(event("Segue", file("a")))
    assert fetch == FetchFile("https://portal/~a", "image/jpeg", "a", "arquivo", 0)
    assert upload == UploadMedia(KeptFile.of(kept()), "image/jpeg")
    assert send == SendMedia(TO, "", "image", "m0", 100, caption="Segue", filename="a.jpg")
    assert isinstance(ack, AcknowledgeDelivery)
    assert ack.wamids == ("w-send100",)
    assert end == Finish()


def test_all_files_lie_ready_before_the_first_is_sent() -> None:
    effects = walk(event("Segue", file("a"), file("b")))
    assert [type(e) for e in effects] == [
        *(FetchFile, UploadMedia) * 2,
        SendMedia,
        SendMedia,
        AcknowledgeDelivery,
        Finish,
    ]
    assert [e.caption for e in effects[4:6]] == ["Segue", ""]
    assert effects[6].wamids == ("w-send100", "w-send101")


@pytest.mark.parametrize("signature", [True, False])
def test_a_file_alone_brings_no_text_of_its_own(signature: bool) -> None:
    message = replace(event("", file("a")), text="[b]Ana:[/b] ")
    effects = walk(message, line=replace(LINE, signature=signature))
    assert [type(e) for e in effects] == [FetchFile, UploadMedia, SendMedia, AcknowledgeDelivery, Finish]
    assert effects[2].caption == ""


@pytest.mark.parametrize(
    ("length", "caption"), [(1024, True), (1025, False), (9_000, False)], ids=["fits", "just not", "several messages"]
)
def test_a_text_that_is_no_caption_goes_before_the_files(length: int, caption: bool) -> None:
    effects = walk(event("x" * length, file("a")))
    sends = [e for e in effects if isinstance(e, SendText | SendMedia)]
    assert bool(sends[-1].caption) is caption
    assert all(isinstance(e, SendText) for e in sends[:-1])
    assert "".join(e.body for e in sends[:-1]) == ("" if caption else "x" * length)


@pytest.mark.parametrize(
    ("mime", "traits", "kind", "voice"),
    [("audio/ogg", (OPUS_MONO,), "audio", True), ("audio/mpeg", (), "audio", False)],
    ids=["voice note", "music"],
)
def test_sounds_carry_no_caption(mime: str, traits: tuple[str, ...], kind: str, voice: bool) -> None:
    effects = walk(event("Ouça", file("a")), answers={"file0": kept(mime, 10, traits)})
    text, send = effects[2:4]
    assert text == SendText(TO, "", "Ouça", 0)
    assert (send.kind, send.voice, send.caption) == (kind, voice, "")


def test_a_picture_too_big_for_one_is_uploaded_and_sent_as_a_document() -> None:
    effects = walk(event("", file("a")), answers={"file0": kept(size=6_000_000)})
    assert effects[1].mime == "application/octet-stream"
    assert (effects[2].kind, effects[2].filename) == ("document", "a.jpg")


@pytest.mark.parametrize(
    ("step", "answer", "before"),
    [
        ("file0", {"refused": "expired"}, [FetchFile]),
        ("file0", {"refused": "too_big"}, [FetchFile]),
        ("upload0", {"refused": "131053", "detail": "d"}, [FetchFile, UploadMedia]),
        ("upload0", {"refused": "expired"}, [FetchFile, UploadMedia]),
        ("upload0", {"refused": "unreachable"}, [FetchFile, UploadMedia]),
    ],
    ids=lambda value: str(value) if isinstance(value, str | dict) else None,
)
def test_a_lost_file_is_told_and_the_next_one_carries_the_text(
    step: str, answer: dict[str, Any], before: list[type]
) -> None:
    effects = walk(event("Segue", file("a"), file("b")), answers={step: answer})
    assert [type(e) for e in effects] == [
        *before,
        PostNotice,
        FetchFile,
        UploadMedia,
        SendMedia,
        AcknowledgeDelivery,
        Finish,
    ]
    assert effects[-3].part == 101
    assert effects[-3].caption == "Segue"


def test_a_file_meta_refuses_when_it_is_sent_is_told_and_the_text_goes_by_itself() -> None:
    effects = walk(event("Segue", file("a")), answers={"send100": {"refused": "131053", "detail": "d"}})
    assert [type(e) for e in effects[2:]] == [SendMedia, PostNotice, SendText, AcknowledgeDelivery, Finish]
    assert effects[4].body == "Segue"


def test_when_no_file_and_no_text_is_left_nothing_is_acknowledged() -> None:
    message = replace(event("", file("a")), text="")
    effects = walk(message, answers={"file0": {"refused": "expired"}})
    assert [type(e) for e in effects] == [FetchFile, PostNotice, Finish]
    assert effects[-1] == Finish("SKIPPED", "files_only")


@pytest.mark.parametrize("step", ["upload0", "send100"])
def test_a_refusal_that_concerns_the_whole_message_stops_it(step: str) -> None:
    effects = walk(event("Segue", file("a"), file("b")), answers={step: {"refused": "190", "detail": "d"}})
    assert effects[-1] == Park("reason.whatsapp.190", "d")
    assert [type(e) for e in effects if isinstance(e, PostNotice)] == [PostNotice]


def test_a_redrive_that_gets_a_lost_file_after_all_sends_no_other_twice() -> None:
    message, steps = event("Segue", file("a"), file("b"), file("c")), {}
    answers = {"file0": {"refused": "expired"}, "send102": {"refused": "131026", "detail": ""}}
    first = walk(message, steps, answers=answers)
    assert isinstance(first[-1], Park)
    for name in [n for n, v in steps.items() if "refused" in v or n.startswith("notice")]:
        del steps[name]  # as a redrive does
    again = [e for e in walk(message, steps) if isinstance(e, SendText | SendMedia)]
    assert [(e.part, e.caption) for e in again] == [(100, ""), (102, "")]


def test_a_text_that_was_sent_is_not_sent_again_as_a_caption() -> None:
    message, steps = event("Segue", file("a"), file("b")), {}
    answers = {"file0": {"refused": "expired"}, "file1": kept("audio/mpeg"), "send101": {"refused": "131026"}}
    walk(message, steps, answers=answers)
    for name in [n for n, v in steps.items() if "refused" in v or n.startswith("notice")]:
        del steps[name]
    again = [e for e in walk(message, steps) if isinstance(e, SendText | SendMedia)]
    assert [(e.part, e.caption) for e in again] == [(100, ""), (101, "")]


def test_a_file_that_says_it_is_too_big_is_not_even_fetched() -> None:
    big = replace(file("a"), size=MAX_BYTES + 1)
    assert [type(e) for e in walk(event("Segue", big))] == [PostNotice, SendText, AcknowledgeDelivery, Finish]


def test_files_beyond_the_limit_are_named_in_one_notice() -> None:
    files = [file(f"f{n}") for n in range(MAX_FILES + 3)]
    effects = walk(event("", *files))
    (notice,) = [e for e in effects if isinstance(e, PostNotice)]
    assert "f32" in notice.text
    assert len([e for e in effects if isinstance(e, SendMedia)]) == MAX_FILES


def test_a_hostile_name_cannot_become_a_tag_in_the_notice() -> None:
    effects = walk(event("", file("[b]x[/b].jpg")), answers={"file0": {"refused": "expired"}})
    assert "[b]" not in effects[1].text


def test_outside_the_window_nothing_is_fetched() -> None:
    late = NOW + 25 * 3_600_000
    conversation = replace(CONVERSATION, last_inbound_ms=NOW)
    decision = decide(event("Segue", file("a")), Reply(conversation, LINE, late, "pt-BR"), {})
    assert isinstance(decision, Step)
    assert isinstance(decision.effect, PostNotice)


@pytest.mark.parametrize(
    ("open_step", "sends"),
    [("", False), ("send101", True), ("send1", True)],
    ids=["known", "in doubt", "after a crash"],
)
def test_a_window_that_closes_between_two_files_keeps_back_the_second_unless_it_may_be_out(
    open_step: str, sends: bool
) -> None:
    steps = {"file0": kept(), "upload0": {"media_id": "m"}, "send100": {"wamid": "w"}, "file1": kept()}
    steps["upload1"] = {"media_id": "n"}
    conversation = replace(CONVERSATION, last_inbound_ms=NOW)
    late = NOW + 25 * 3_600_000
    reply = Reply(conversation, LINE, late, "pt-BR", open_step=open_step)
    decision = decide(event("", file("a"), file("b")), reply, steps)
    assert isinstance(decision, Step)
    assert (decision.name == "send101") is sends


def test_a_notice_of_a_file_that_was_refused_is_owed() -> None:
    """The text went out and is acknowledged; a redrive tells of the file."""
    refusals = {"file0": {"refused": "gone"}, "notice_file0": {"refused": "portal_reauth", "detail": ""}}
    effects = walk(event("Segue", file("a")), answers=refusals)
    assert [type(e) for e in effects] == [FetchFile, PostNotice, SendText, AcknowledgeDelivery, Park]
    assert effects[-1] == Park("reason.bitrix24.portal_reauth")


def test_a_worker_that_died_over_a_file_has_sent_nothing() -> None:
    """Else the reply would go out into a shut window, past those that are held."""
    with_file = event("Segue", file("a"))
    assert open_step(with_file, "pt-BR", {}) == ""
    assert open_step(with_file, "pt-BR", {"file0": kept()}) == ""
    assert open_step(with_file, "pt-BR", {"file0": kept(), "upload0": {"media_id": "m"}}) == "send0"
    assert open_step(with_file, "pt-BR", {}, {"file0"}) == "send0", "the file was refused before, the send came after"


def test_a_quote_belongs_to_the_first_message_that_goes_out() -> None:
    text = SendText(TO, "", "x" * 2_000, 0, reply_to="wamid.Q")
    ready = [Ready(100, KeptFile.of(kept()), form_of("image/jpeg", 10, ()), "m0")]
    ready.append(replace(ready[0], part=101))

    def quotes(pieces: list[Any]) -> list[str]:
        return [step.effect.reply_to for step in arrange(TO, "", "wamid.Q", pieces, ready, {})]  # type: ignore[union-attr]

    assert quotes([text]) == ["wamid.Q", "", ""]
    assert quotes([replace(text, body="short")]) == ["wamid.Q", ""]
    assert quotes([]) == ["wamid.Q", ""]


def test_buttons_go_before_a_file_and_not_as_its_caption() -> None:
    ready = [Ready(100, KeptFile.of(kept()), form_of("image/jpeg", 10, ()), "m0")]
    buttons = SendInteractive(TO, "", {"type": "button"})
    first, second = arrange(TO, "", "", [buttons], ready, {})
    assert (first.effect, first.name) == (buttons, "send0")
    assert isinstance(second.effect, SendMedia)
    assert second.effect.caption == ""
