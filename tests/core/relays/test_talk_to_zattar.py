"""What is decided about a conversation's event: kept first, completed where needed, told to whom it concerns, once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from ponte.chatwoot.conversations import Conversation
from ponte.chatwoot.events import ConversationEvent, MessageEvent
from ponte.chatwoot.messages import Author, Message
from ponte.conversas.growth import HISTORY_MS
from ponte.relays.conversa_effects import (
    KeepConversa,
    KeepMensagem,
    KeepUsuario,
    Notify,
    ReadConversa,
    ReadStaff,
)
from ponte.relays.decisions import Decision, Finish, Park, Step
from ponte.relays.talk_to_zattar import MAX_PREVIEW, Subject, decide
from ponte.zattar.staff import MAX_RECIPIENTS

AT = 1_781_701_268_000
STATE = Conversation(873, 7, 12, "open", contact_id=5012, updated_us=AT * 1000)
SAID = Message(
    40981, "incoming", 873, 12, "Boa tarde", author=Author("contact", 5012, "Maria"), created_ms=AT, status="sent"
)
KEPT = {"synced": True, "assignee_id": 0, "assignee_kind": "", "usuario_id": 0, "titulo": "Maria da Silva"}
HERS = {**KEPT, "assignee_id": 31, "assignee_kind": "User"}
STAFF = {"users": {31: 4, 32: 5}}


def subject(message: Message = SAID, name: str = "message_created", arrived_ms: int = AT + 500) -> Subject:
    return Subject("silva", 7, 873, MessageEvent(name, 7, message, STATE), arrived_ms)


def walk(about: Subject, outcomes: Mapping[str, Mapping[str, Any]]) -> tuple[list[str], Decision]:
    """The names of the steps that were asked for, and how it ended."""
    steps: dict[str, Mapping[str, Any]] = {}
    while True:
        decision = decide(about, steps)
        if not isinstance(decision, Step):
            return list(steps), decision
        assert decision.name not in steps, "asked for twice"
        steps[decision.name] = outcomes.get(decision.name, {})


def step(about: Subject, name: str, outcomes: Mapping[str, Mapping[str, Any]]) -> Any:
    decision = decide(about, {each: value for each, value in outcomes.items() if each != name})
    assert isinstance(decision, Step)
    assert decision.name == name
    return decision.effect


def notified(about: Subject, outcomes: Mapping[str, Mapping[str, Any]]) -> Any:
    effect = step(about, "notify", outcomes)
    assert isinstance(effect, Notify)
    return effect.notice


def test_it_is_kept_before_anything_else() -> None:
    assert decide(subject(), {}) == Step("keep", KeepMensagem("message_created", SAID, STATE, AT + 500))
    event = ConversationEvent("conversation_updated", 7, STATE)
    assert decide(Subject("silva", 7, 873, event, AT), {}) == Step("keep", KeepConversa(STATE))


def test_what_a_customer_writes_is_told_to_the_agent_who_has_the_conversation() -> None:
    names, end = walk(subject(), {"keep": HERS, "staff": STAFF})
    assert (names, end) == (["keep", "staff", "user", "notify"], Finish())
    outcomes = {"keep": HERS, "staff": STAFF, "user": {}}
    notice = notified(subject(), outcomes)
    assert notice.usuarios == (4,)
    assert (notice.titulo, notice.descricao) == ("Nova mensagem no Chatwoot", "Maria: Boa tarde")
    assert notice.marker == "nova_msg_chatwoot|7-873-40981"
    assert notice.details["conversa_id"] == "7-873"
    assert decide(subject(), {"keep": HERS, "staff": STAFF}) == Step("user", KeepUsuario(31, 4))


def test_an_agents_user_that_is_known_is_not_kept_again() -> None:
    known = {**HERS, "usuario_id": 4}
    assert walk(subject(), {"keep": known, "staff": STAFF})[0] == ["keep", "staff", "notify"]


@pytest.mark.parametrize("kept", [KEPT, {**HERS, "assignee_kind": "AgentBot"}, {**HERS, "assignee_id": 99}])
def test_where_no_user_has_it_every_agent_is_told(kept: Mapping[str, Any]) -> None:
    assert notified(subject(), {"keep": kept, "staff": STAFF}).usuarios == (4, 5)


def test_a_crowd_of_agents_has_an_end() -> None:
    crowd = {"users": {n: n + 1000 for n in range(1, 200)}}
    assert len(notified(subject(), {"keep": KEPT, "staff": crowd}).usuarios) == MAX_RECIPIENTS


def test_an_office_without_agents_is_told_nothing_and_it_is_said() -> None:
    assert walk(subject(), {"keep": KEPT, "staff": {"users": {}}})[1] == Finish("SENT", "nobody_to_notify")


QUIET = {
    "an answer": replace(SAID, message_type="outgoing", author=Author("user", 31)),
    "a note": replace(SAID, message_type="outgoing", private=True, author=Author("user", 31)),
    "a bot": replace(SAID, message_type="outgoing", author=Author("agent_bot", 1)),
    "a template": replace(SAID, message_type="template", author=Author()),
    "the channel's own app": replace(SAID, message_type="outgoing", author=Author()),
    "deleted already": replace(SAID, content_attributes={"deleted": True}),
    "ours": replace(SAID, content_attributes={"ponte_id": "m-1"}),
}


@pytest.mark.parametrize("message", QUIET.values(), ids=QUIET)
def test_nobody_is_told_of(message: Message) -> None:
    assert walk(subject(message), {"keep": {**HERS, "usuario_id": 4}}) == (["keep"], Finish())


def test_nobody_is_told_of_an_update_or_of_history() -> None:
    assert walk(subject(name="message_updated"), {"keep": KEPT}) == (["keep"], Finish())
    assert walk(subject(arrived_ms=AT + HISTORY_MS + 1), {"keep": KEPT}) == (["keep"], Finish())


def test_an_assignment_finds_its_user_and_tells_nobody() -> None:
    about = Subject("silva", 7, 873, ConversationEvent("conversation_updated", 7, STATE), AT)
    assert walk(about, {"keep": HERS, "staff": STAFF}) == (["keep", "staff", "user"], Finish())
    assert walk(about, {"keep": {**HERS, "usuario_id": 4}})[0] == ["keep"]
    assert walk(about, {"keep": {**HERS, "assignee_id": 99}, "staff": STAFF})[0] == ["keep", "staff"]
    assert walk(about, {"keep": {**HERS, "assignee_kind": "AgentBot"}})[0] == ["keep"]


def test_a_conversation_known_by_its_number_only_is_completed() -> None:
    bare = {**KEPT, "synced": False}
    outcomes = {"keep": bare, "read": {"conversation": STATE}, "complete": HERS, "staff": STAFF}
    names, end = walk(subject(), outcomes)
    assert (names, end) == (["keep", "read", "complete", "staff", "user", "notify"], Finish())
    assert decide(subject(), {"keep": bare}) == Step("read", ReadConversa())
    complete = step(subject(), "complete", {"keep": bare, "read": {"conversation": STATE}})
    assert complete == KeepConversa(STATE)


@pytest.mark.parametrize("read", [{"gone": True}, {"refused": "role_refused", "detail": ""}])
def test_one_that_chatwoot_does_not_show_is_told_of_all_the_same(read: Mapping[str, Any]) -> None:
    names, end = walk(subject(), {"keep": {**KEPT, "synced": False}, "read": read, "staff": STAFF})
    assert (names, end) == (["keep", "read", "staff", "notify"], Finish())


@pytest.mark.parametrize("name", ["staff", "notify"])
def test_what_zattar_refuses_waits_for_a_person_and_the_message_is_kept(name: str) -> None:
    outcomes = {"keep": KEPT, "staff": STAFF, name: {"refused": "42501", "detail": "permission denied"}}
    names, end = walk(subject(), outcomes)
    assert end == Park("reason.zattar.42501", "permission denied")
    assert names[0] == "keep"


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (replace(SAID, content=" a\n\tb\u2028 c "), "Maria: a b c"),
        (replace(SAID, content="x" * 500), f"Maria: {'x' * (MAX_PREVIEW - 1)}…"),
        (replace(SAID, content="{who} {0}"), "Maria: {who} {0}"),
        (replace(SAID, content=""), "Maria enviou um arquivo."),
        (replace(SAID, content="", author=Author("contact", 1)), "Maria da Silva enviou um arquivo."),
    ],
)
def test_a_notice_fits_a_line(message: Message, told: str) -> None:
    assert notified(subject(message), {"keep": KEPT, "staff": STAFF}).descricao == told


def test_only_a_notice_may_not_be_done_twice() -> None:
    assert not Notify.repeatable
    assert Notify.saved
    others = (KeepConversa, KeepMensagem, KeepUsuario, ReadConversa, ReadStaff)
    assert all(each.repeatable and not each.saved for each in others)


def test_no_text_or_name_is_printed() -> None:
    assert not any(word in repr(subject()) for word in ("Boa tarde", "Maria"))
