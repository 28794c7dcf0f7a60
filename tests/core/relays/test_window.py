"""A reply in a shut window, effect by effect: who is asked, who waits, and when nothing may be sent."""

from dataclasses import replace
from typing import Any

import pytest

from ponte.bitrix24.values import OperatorFile, OperatorMessage
from ponte.mappings import Conversation, Line, MemberId, Number, PersonId, PhoneNumberId, Rate, WindowTemplate
from ponte.media.store import KeptFile
from ponte.relays import window
from ponte.relays.bitrix24_to_whatsapp import Reply, decide, open_step
from ponte.relays.decisions import Finish, Park, Step
from ponte.relays.effects import PostNotice, SendText
from ponte.relays.outbound_effects import (
    FindTemplate,
    HoldReply,
    NoteAsked,
    SendInteractive,
    SendTemplate,
    StopHolding,
)
from ponte.relays.window import FRESH_MS, WAITS, WINDOW_MS, Asking, is_shut, personal
from ponte.whatsapp.templates import Template

NOW = 1_800_000_000_000
LINE = Line(MemberId("m"), "ponte", 7, PhoneNumberId("pn"), signature=False, active=True)
NUMBER = Number(
    PhoneNumberId("pn"),
    "waba",
    "+55 11",
    MemberId("m"),
    "ponte",
    7,
    Rate(80, 80),
    Rate(1, 45),
    window_template=WindowTemplate("retomar", "pt_BR", ("{primeiro_nome}",)),
)
BODY = {"type": "BODY", "text": "Olá, {{1}}!"}
FIT = Template("retomar", "pt_BR", "APPROVED", "UTILITY", (BODY,), read_ms=NOW - 1)
SHUT = Conversation(
    PhoneNumberId("pn"),
    PersonId("p1"),
    MemberId("m"),
    "ponte",
    7,
    "p1",
    name="Maria Silva",
    wa_id="5511987654321",
    chat_id="1807",
    last_inbound_ms=NOW - WINDOW_MS,
)
EVENT = OperatorMessage("ponte", 7, "1807", "86497", "p1", "27", "[b]Ana:[/b] [br]Boa tarde!", (), 1)


def reply(conversation: Conversation = SHUT, stored: Template | None = FIT, **more: Any) -> Reply:
    return Reply(conversation, LINE, NOW, "pt-BR", Asking(more.pop("number", NUMBER), stored), **more)


def walk(given: Reply, answers: dict[str, Any] | None = None, event: OperatorMessage = EVENT) -> list[Any]:
    """Effects in order, then the end; each answered by `answers` or as if it went well."""
    steps: dict[str, Any] = {}
    seen: list[Any] = []
    for _ in range(20):
        decision = decide(event, given, steps)
        if not isinstance(decision, Step):
            return [*seen, decision]
        seen.append(decision.effect)
        default = {"held": "ask"} if isinstance(decision.effect, HoldReply) else {"wamid": f"w{len(steps)}"}
        steps[decision.name] = (answers or {}).get(decision.name, default)
    raise AssertionError("never ends")


@pytest.mark.parametrize(
    ("last", "refused", "expected"),
    [
        (0, -1, False),
        (NOW, -1, False),
        (NOW - WINDOW_MS + 1, -1, False),
        (NOW - WINDOW_MS, -1, True),
        (1, -1, True),
        (0, 0, True),
        (NOW, NOW, True),
        (NOW, NOW - 1, False),
    ],
    ids=[
        *("unknown", "now", "just in", "just out", "old"),
        *("Meta says so", "Meta says so in spite of the clock", "Meta said so of an earlier one"),
    ],
)
def test_a_window_is_shut_by_the_clock_or_by_metas_word(last: int, refused: int, expected: bool) -> None:
    assert is_shut(replace(SHUT, last_inbound_ms=last, refused_ms=refused), NOW) is expected
    assert is_shut(None, NOW) is False


def test_the_first_reply_asks_once_tells_the_operator_and_waits() -> None:
    hold, template, notice, end = walk(reply())
    assert hold == HoldReply()
    assert isinstance(template, SendTemplate)
    assert (template.name, template.language, template.category, template.part) == (
        "retomar",
        "pt_BR",
        "UTILITY",
        "template",
    )
    assert template.components == ({"type": "body", "parameters": [{"type": "text", "text": "Maria"}]},)
    assert isinstance(notice, PostNotice)
    assert end == WAITS


def test_a_reply_behind_one_that_asks_waits_without_a_word() -> None:
    assert walk(reply(), {"hold": {"held": "wait"}}) == [HoldReply(), WAITS]


@pytest.mark.parametrize("template", [NUMBER.window_template, None], ids=["configured", "none configured"])
def test_the_first_behind_a_template_of_an_operators_own_waits_and_says_so(template: WindowTemplate | None) -> None:
    asked = replace(SHUT, asked_ms=SHUT.last_inbound_ms)
    number = replace(NUMBER, window_template=template)
    hold, notice, end = walk(reply(asked, None, number=number), {"hold": {"held": "first"}})
    assert (hold, end) == (HoldReply(), WAITS)
    assert isinstance(notice, PostNotice)
    assert "já recebeu um modelo" in notice.text


def test_whoever_had_asked_and_took_it_back_leaves_the_reply_to_a_person() -> None:
    asked = replace(SHUT, asked_ms=SHUT.last_inbound_ms)
    number = replace(NUMBER, window_template=None)
    effects = walk(reply(asked, None, number=number), {"hold": {"held": "ask"}})
    assert [type(effect) for effect in effects] == [HoldReply, StopHolding, PostNotice, Park]
    assert effects[-1] == Park("reason.whatsapp.131047")


@pytest.mark.parametrize(
    ("conversation", "counts"),
    [(SHUT, True), (replace(SHUT, last_inbound_ms=0), True), (replace(SHUT, last_inbound_ms=NOW - 1), False)],
    ids=["shut", "unknown", "open"],
)
def test_an_operators_own_template_counts_as_asking_where_it_may_be_needed(
    conversation: Conversation, counts: bool
) -> None:
    row = {"name": "promo", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": []}
    chosen = replace(EVENT, text="/modelo promo")
    effects = walk(reply(conversation), {"catalogue": {"templates": [row], "read_ms": NOW}}, chosen)
    assert (NoteAsked() in effects) is counts
    refusal = {"catalogue": {"templates": [row], "read_ms": NOW}, "send0": {"refused": "132015", "detail": ""}}
    assert NoteAsked() not in walk(reply(conversation), refusal, chosen)


def test_a_file_beside_an_operators_own_template_waits_behind_it() -> None:
    row = {"name": "promo", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": []}
    link = "https://contoso.bitrix24.com.br/~aB3xK"
    chosen = replace(EVENT, text="/modelo promo", files=(OperatorFile("a.pdf", "file", "application/pdf", link, 9),))
    kept = KeptFile("media/x/0", "a.pdf", "application/pdf", 9).as_outcome()
    answers = {"catalogue": {"templates": [row], "read_ms": NOW}, "file0": kept, "upload0": {"media_id": "1"}}
    for number in (NUMBER, replace(NUMBER, window_template=None)):
        *_, template, asked, hold, end = walk(reply(number=number), {**answers, "hold": {"held": "wait"}}, chosen)
        assert isinstance(template, SendTemplate)
        assert (asked, hold, end) == (NoteAsked(), HoldReply(), WAITS)


def test_a_reply_in_a_window_that_was_asked_about_reads_no_catalogue() -> None:
    asked = replace(SHUT, asked_ms=SHUT.last_inbound_ms)
    assert walk(reply(asked, None), {"hold": {"held": "wait"}}) == [HoldReply(), WAITS]


def test_a_new_shut_window_is_asked_about_anew() -> None:
    asked = replace(SHUT, asked_ms=SHUT.last_inbound_ms - 1)
    assert any(isinstance(effect, SendTemplate) for effect in walk(reply(asked)))


@pytest.mark.parametrize(
    ("stored", "reads"),
    [
        (None, True),
        (replace(FIT, read_ms=0), True),
        (replace(FIT, read_ms=NOW - FRESH_MS), True),
        (replace(FIT, read_ms=NOW - FRESH_MS + 1), False),
    ],
    ids=["never seen", "told by a webhook alone", "an hour old", "fresh"],
)
def test_a_paid_template_goes_out_on_a_fresh_word_only(stored: Template | None, reads: bool) -> None:
    row = {"name": "retomar", "language": "pt_BR", "status": "APPROVED", "category": "UTILITY", "components": [BODY]}
    effects = walk(reply(stored=stored), {"catalogue": {"templates": [row], "read_ms": NOW}})
    assert (FindTemplate("waba", "retomar") in effects) is reads
    assert any(isinstance(effect, SendTemplate) for effect in effects)


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (replace(FIT, category="MARKETING"), "category"),
        (replace(FIT, category=""), "category"),
        (replace(FIT, category="AUTHENTICATION"), "category"),
        (replace(FIT, status="PAUSED"), "status"),
        (replace(FIT, status="REJECTED"), "status"),
        (replace(FIT, status="UNKNOWN"), "status"),
        (replace(FIT, components=({"type": "BODY", "text": "{{1}} {{2}}"},)), "count"),
        (replace(FIT, components=({"type": "HEADER", "format": "IMAGE"}, BODY)), "header"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_template_that_is_not_fit_parks_the_reply_with_the_reason(template: Template, code: str) -> None:
    notice, end = walk(reply(stored=template))
    assert isinstance(notice, PostNotice)
    assert isinstance(end, Park)
    assert end.reason == f"reason.window_template.{code}"


def test_a_template_that_graph_does_not_list_parks_the_reply() -> None:
    effects = walk(reply(stored=None), {"catalogue": {"templates": [], "read_ms": NOW}})
    assert [type(effect) for effect in effects] == [FindTemplate, PostNotice, Park]
    assert effects[-1].reason == "reason.window_template.missing"


def test_a_template_that_meta_refuses_leaves_the_reply_to_a_person_and_the_next_one_may_ask() -> None:
    effects = walk(reply(), {"template": {"refused": "132015", "detail": "d"}})
    assert [type(effect) for effect in effects] == [HoldReply, SendTemplate, StopHolding, PostNotice, Park]
    assert effects[-1] == Park("reason.whatsapp.132015", "d")


@pytest.mark.parametrize("number", [replace(NUMBER, window_template=None)], ids=["none"])
def test_without_a_configured_template_the_reply_is_parked(number: Number) -> None:
    effects = walk(reply(number=number))
    assert [type(effect) for effect in effects] == [PostNotice, Park]
    assert effects[-1] == Park("reason.whatsapp.131047")


def test_metas_refusal_because_of_the_window_is_treated_as_a_shut_one() -> None:
    unknown = replace(SHUT, last_inbound_ms=0)
    effects = walk(reply(unknown), {"send0": {"refused": "131047", "detail": ""}})
    assert [type(effect) for effect in effects] == [SendText, HoldReply, SendTemplate, PostNotice, Park]


def test_a_window_that_shuts_between_two_parts_holds_the_rest() -> None:
    steps = {"send0": {"wamid": "w0"}}
    long = replace(EVENT, text="palavra " * 700)
    assert decide(long, reply(), steps) == Step("hold", HoldReply())


def test_the_operators_own_template_passes_a_shut_window_and_buttons_do_not() -> None:
    row = {"name": "promo", "language": "pt_BR", "status": "APPROVED", "category": "MARKETING", "components": [BODY]}
    chosen = replace(EVENT, text="/modelo promo\n{nome}")
    find, send, *_ = walk(reply(), {"catalogue": {"templates": [row], "read_ms": NOW}}, chosen)
    assert find == FindTemplate("waba", "promo")
    assert isinstance(send, SendTemplate)
    assert send.components[0]["parameters"][0]["text"] == "Maria Silva"
    buttons = walk(reply(), {}, replace(EVENT, text="/botoes\nVamos?\n- Sim"))
    assert not any(isinstance(effect, SendInteractive) for effect in buttons)
    assert buttons[-1] == WAITS


def test_a_template_whose_catalogue_meta_does_not_show_waits_for_a_person() -> None:
    effects = walk(reply(), {"catalogue": {"refused": "190", "detail": "d"}}, replace(EVENT, text="/modelo promo"))
    assert [type(effect) for effect in effects] == [FindTemplate, PostNotice, Park]
    assert effects[-1] == Park("reason.whatsapp.190", "d")


@pytest.mark.parametrize("text", ["/modelo", "/botoes\nsem botão", "/lista\n- a", "/link x", "/modelos x"])
def test_a_command_that_is_wrong_sends_nothing_and_says_why_once(text: str) -> None:
    notice, end = walk(reply(replace(SHUT, last_inbound_ms=NOW)), {}, replace(EVENT, text=text))
    assert isinstance(notice, PostNotice)
    assert end == Finish("SKIPPED", "command_refused")


def test_what_the_line_writes_by_itself_is_never_a_command() -> None:
    automatic = replace(EVENT, text="/botoes", author_id="0")
    assert isinstance(walk(reply(replace(SHUT, last_inbound_ms=NOW)), {}, automatic)[0], SendText)


def test_a_send_of_unknown_fate_is_settled_before_the_window_is_looked_at() -> None:
    """Else a message that went out in the last second would be held, and go out a second time."""
    assert isinstance(walk(reply(open_step="send0"))[0], SendText)


def test_a_template_of_unknown_fate_is_settled_even_if_the_window_has_opened() -> None:
    steps = {"hold": {"held": "ask"}}
    opened = replace(SHUT, last_inbound_ms=NOW)
    assert open_step(EVENT, "pt-BR", steps) == "template"
    first = decide(EVENT, reply(opened, open_step="template"), steps)
    assert isinstance(first, Step)
    assert isinstance(first.effect, SendTemplate)
    second = decide(EVENT, reply(opened), steps)
    assert isinstance(second, Step)
    assert isinstance(second.effect, SendText)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Maria Silva", ("Maria Silva", "Maria")),
        ("  Maria\n\tSilva  ", ("Maria Silva", "Maria")),
        ("", ("cliente", "cliente")),
        ("x" * 100, ("x" * 60, "x" * 60)),
    ],
)
def test_a_name_fits_a_parameter(name: str, expected: tuple[str, str]) -> None:
    assert personal(("{nome}", "{primeiro_nome}"), name, "pt-BR") == expected


def test_a_word_for_every_wrong_is_there() -> None:
    for name in ("missing", "category", "shape", "empty"):
        assert window.sentence(f"template.wrong.{name}") != window.sentence("template.wrong.default")
