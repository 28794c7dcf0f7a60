"""A template whose header is a file that the operator attached: everything is looked at before the paid send."""

from typing import Any

import pytest

from ponte.bitrix24.values import OperatorFile, OperatorMessage
from ponte.mappings import Conversation, Line, MemberId, Number, PersonId, PhoneNumberId, Rate
from ponte.media.limits import MAX_BYTES, MEBIBYTE
from ponte.media.store import KeptFile
from ponte.relays.bitrix24_to_whatsapp import Reply, decide, open_step
from ponte.relays.decisions import Finish, Park, Step
from ponte.relays.effects import AcknowledgeDelivery, PostNotice
from ponte.relays.file_effects import FetchFile, SendMedia, UploadMedia
from ponte.relays.outbound_effects import FindTemplate, HoldReply, NoteAsked, SendTemplate
from ponte.relays.window import Asking

NOW = 1_800_000_000_000
HOUR = 3_600_000
LINE = Line(MemberId("m"), "ponte", 7, PhoneNumberId("pn"), signature=False, active=True)
NUMBER = Number(PhoneNumberId("pn"), "waba", "1", MemberId("m"), "ponte", 7, Rate(1, 1), Rate(1, 1))
BODY = {"type": "BODY", "text": "Pedido {{1}}"}


def customer(silent_hours: int) -> Conversation:
    known = (PhoneNumberId("pn"), PersonId("p1"), MemberId("m"), "ponte", 7, "p1")
    return Conversation(*known, wa_id="5511987654321", last_inbound_ms=NOW - silent_hours * HOUR)


def file(name: str, size: int = 10) -> OperatorFile:
    return OperatorFile(name, "file", "image/jpeg", f"https://portal/~{name}", size)


def event(text: str, *files: OperatorFile) -> OperatorMessage:
    return OperatorMessage("ponte", 7, "1807", "86497", "p1", "27", f"[b]Ana:[/b] [br]{text}", files, 1)


def kept(mime: str = "image/jpeg", size: int = 10, name: str = "a.jpg") -> dict[str, Any]:
    return KeptFile("media/x/0", name, mime, size, ()).as_outcome()


def catalogue(*components: dict[str, Any]) -> dict[str, Any]:
    row = {"name": "pronto", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY"}
    return {"templates": [row | {"components": [*components, BODY]}], "read_ms": NOW}


def header(format_: str) -> dict[str, Any]:
    return {"type": "HEADER", "format": format_}


def walk(
    message: OperatorMessage, steps: dict[str, Any], wants: dict[str, Any], silent_hours: int = 1, **answers: Any
) -> list[Any]:
    """The effects in order, then the end. answers: by step, else all goes well."""
    seen: list[Any] = []
    for _ in range(30):
        decision = decide(message, Reply(customer(silent_hours), LINE, NOW, "pt-BR", Asking(NUMBER)), steps)
        if not isinstance(decision, Step):
            return [*seen, decision]
        seen.append(decision.effect)
        match decision.effect:
            case FindTemplate():
                outcome: dict[str, Any] = wants
            case FetchFile():
                outcome = kept()
            case UploadMedia():
                outcome = {"media_id": f"m-{decision.name}"}
            case SendTemplate() | SendMedia():
                outcome = {"wamid": f"w-{decision.name}"}
            case _:
                outcome = {}
        steps[decision.name] = answers.get(decision.name, outcome)
    raise AssertionError("never ends")


@pytest.mark.parametrize(
    ("format_", "mime", "expected"),
    [
        ("IMAGE", "image/png", {"type": "image", "image": {"id": "m-header_upload"}}),
        ("VIDEO", "video/mp4", {"type": "video", "video": {"id": "m-header_upload"}}),
        (
            "DOCUMENT",
            "application/pdf",
            {"type": "document", "document": {"id": "m-header_upload", "filename": "a.jpg"}},
        ),
    ],
)
def test_the_file_is_fetched_uploaded_and_sent_in_the_header(format_: str, mime: str, expected: dict[str, Any]) -> None:
    wants = catalogue(header(format_))
    effects = walk(event("/modelo pronto\n7", file("a")), {}, wants, header_file=kept(mime))
    find, fetch, upload, send, ack, end = effects
    assert (type(find), type(ack), end) == (FindTemplate, AcknowledgeDelivery, Finish())
    assert fetch == FetchFile("https://portal/~a", "image/jpeg", "a", "arquivo", 0)
    assert upload == UploadMedia(KeptFile.of(kept(mime)), mime)
    assert send.components == (
        {"type": "header", "parameters": [expected]},
        {"type": "body", "parameters": [{"type": "text", "text": "7"}]},
    )
    assert ack.wamids == ("w-send0",)


def test_the_other_files_follow_the_template() -> None:
    message = event("/modelo pronto\n7", file("a"), file("b"))
    effects = walk(message, {}, catalogue(header("IMAGE")))
    sends = [e for e in effects if isinstance(e, SendTemplate | SendMedia)]
    assert [(type(e), e.part) for e in sends] == [(SendTemplate, 0), (SendMedia, 101)]
    assert sends[1].media_id == "m-upload1"


def test_in_a_shut_window_the_template_goes_with_its_header_and_the_other_files_wait() -> None:
    message = event("/modelo pronto\n7", file("a"), file("b"))
    effects = walk(message, {}, catalogue(header("IMAGE")), silent_hours=30, hold={"held": "first"})
    kinds = [type(e) for e in effects]
    assert kinds.count(SendTemplate) == 1
    assert SendMedia not in kinds
    assert kinds.index(SendTemplate) < kinds.index(NoteAsked) < kinds.index(HoldReply)
    assert effects[-1] == Park("reason.window_held", waits=True)


def test_a_link_goes_before_an_attached_file_which_then_follows_as_itself() -> None:
    message = event("/modelo pronto\ncabecalho=https://x.example/a.png\n7", file("a"))
    effects = walk(message, {}, catalogue(header("IMAGE")))
    send, media = (e for e in effects if isinstance(e, SendTemplate | SendMedia))
    assert send.components[0]["parameters"] == [{"type": "image", "image": {"link": "https://x.example/a.png"}}]
    assert media.part == 100


@pytest.mark.parametrize("wants", [catalogue(), catalogue({"type": "HEADER", "format": "TEXT", "text": "Olá"})])
def test_a_template_without_a_file_in_its_header_leaves_the_file_to_itself(wants: dict[str, Any]) -> None:
    effects = walk(event("/modelo pronto\n7", file("a")), {}, wants)
    send, media = (e for e in effects if isinstance(e, SendTemplate | SendMedia))
    assert all(part["type"] == "body" for part in send.components)
    assert media.part == 100


def told(effects: list[Any]) -> str:
    """What the operator reads where nothing was sent."""
    *_, notice, end = effects
    assert not [e for e in effects if isinstance(e, SendTemplate | SendMedia | AcknowledgeDelivery)]
    assert isinstance(notice, PostNotice)
    assert end == Finish("SKIPPED", "command_refused")
    return notice.text


def test_without_a_file_the_operator_reads_that_one_can_be_attached() -> None:
    effects = walk(event("/modelo pronto\n7"), {}, catalogue(header("IMAGE")))
    assert "anexe o arquivo" in told(effects)


@pytest.mark.parametrize(
    ("format_", "given", "why"),
    [
        ("IMAGE", kept("application/pdf", name="a.pdf"), 'uma imagem JPEG ou PNG de até 5 MB, e "a.pdf" não é'),
        ("IMAGE", kept("image/gif"), "JPEG ou PNG"),
        ("IMAGE", kept(size=5 * MEBIBYTE + 1), "até 5 MB"),
        ("VIDEO", kept(), "um vídeo MP4"),
        ("VIDEO", kept("video/mp4", 16 * MEBIBYTE + 1), "até 16 MB"),
        ("DOCUMENT", kept(), "um documento (PDF"),
        ("DOCUMENT", kept("application/zip"), "um documento (PDF"),
    ],
)
def test_a_file_of_the_wrong_kind_is_told_and_never_uploaded(format_: str, given: dict[str, Any], why: str) -> None:
    effects = walk(event("/modelo pronto\n7", file("a")), {}, catalogue(header(format_)), header_file=given)
    assert why in told(effects)
    assert not [e for e in effects if isinstance(e, UploadMedia)]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"header_file": {"refused": "expired"}}, "não existe mais"),
        ({"header_file": {"refused": "too_big"}}, "100 MB"),
        ({"header_upload": {"refused": "131053", "detail": "d"}}, "não pôde ser usado"),
    ],
)
def test_a_file_that_cannot_be_had_is_told_with_the_reason(answers: dict[str, Any], why: str) -> None:
    effects = walk(event("/modelo pronto\n7", file("a[b]")), {}, catalogue(header("IMAGE")), **answers)
    assert why in told(effects)
    assert "[b]" not in told(effects)


def test_a_file_that_says_it_is_too_big_is_not_fetched() -> None:
    effects = walk(event("/modelo pronto\n7", file("a", MAX_BYTES + 1)), {}, catalogue(header("IMAGE")))
    assert "100 MB" in told(effects)
    assert not [e for e in effects if isinstance(e, FetchFile)]


def test_what_is_typed_wrong_is_told_before_a_file_is_fetched() -> None:
    effects = walk(event("/modelo pronto", file("a")), {}, catalogue(header("IMAGE")))
    assert "1 parâmetro" in told(effects)
    assert not [e for e in effects if isinstance(e, FetchFile)]


def test_an_upload_refused_for_another_reason_than_the_file_is_kept_for_a_person() -> None:
    answers = {"header_upload": {"refused": "190", "detail": "d"}}
    effects = walk(event("/modelo pronto\n7", file("a")), {}, catalogue(header("IMAGE")), **answers)
    assert effects[-1] == Park("reason.whatsapp.190", "d")
    assert not [e for e in effects if isinstance(e, SendTemplate)]


def test_after_the_send_the_file_does_not_go_a_second_time_whatever_the_catalogue_says() -> None:
    """A worker that died between the send and the acknowledgement: the catalogue is not kept with the message."""
    steps = {"header_file": kept(), "header_upload": {"media_id": "m"}, "send0": {"wamid": "w"}}
    effects = walk(event("/modelo pronto\n7", file("a")), steps, catalogue())
    assert [type(e) for e in effects] == [AcknowledgeDelivery, Finish]


def test_a_template_that_lost_its_header_in_between_loses_no_file_silently() -> None:
    steps = {"header_file": kept(), "header_upload": {"media_id": "m"}}
    effects = walk(event("/modelo pronto\n7", file("a")), steps, catalogue())
    assert "cabeçalho não confere" in told(effects)


def test_what_may_be_paid_for_already_is_in_doubt_once_the_header_and_the_other_files_are_at_meta() -> None:
    message = event("/modelo pronto\n1", file("a.jpg"), file("b.jpg"))
    steps: dict[str, Any] = {"catalogue": catalogue(header("IMAGE")), "header_file": kept()}
    assert open_step(message, "pt-BR", steps) == ""
    steps["header_upload"] = {"media_id": "m0"}
    assert open_step(message, "pt-BR", steps) == ""
    steps |= {"file1": kept(), "upload1": {"media_id": "m1"}}
    assert open_step(message, "pt-BR", steps) == "send0"
