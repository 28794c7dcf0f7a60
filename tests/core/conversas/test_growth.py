"""What posts make of a conversation and its messages, in whatever order and however often they come."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.chatwoot import conversations, events, messages
from ponte.chatwoot.conversations import Assignee, Conversation
from ponte.chatwoot.messages import Attachment, Author, Message
from ponte.conversas import growth
from ponte.conversas.values import MOST_UNREAD, Conversa, Estado, Mensagem, Situacao, parse_id, status_for
from tests.core.chatwoot import samples

NEW = growth.begun("silva", 7, 873)
AT = 1_781_701_268_000
BEATRIZ, BOT = Assignee(31, "Beatriz"), Assignee(31, "Robô", "AgentBot")
STATE = Conversation(873, 7, 12, "open", contact_id=5012, updated_us=AT * 1000, unread_count=1, last_activity_ms=AT)


def told(**changes: object) -> Conversation:
    return replace(STATE, **changes)  # type: ignore[arg-type]


def said(message_id: int = 1, at_ms: int = AT + 5, **changes: object) -> Message:
    base = Message(message_id, "incoming", 873, 12, "oi", author=Author("contact", 5012, "Maria"), created_ms=at_ms)
    return replace(base, **changes)  # type: ignore[arg-type]


def kept(one: Message, arrived_ms: int = AT + 1000) -> Mensagem:
    found = growth.mensagem_of(one, "silva", 7, 873, arrived_ms)
    assert found is not None
    return found


# --- states of a conversation -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "situacao"),
    [("open", "open"), ("resolved", "resolved"), ("pending", "on_hold"), ("snoozed", "on_hold")],
)
def test_chatwoots_four_states_are_the_plans_three(status: str, situacao: str) -> None:
    grown = growth.with_state(NEW, told(status=status))
    assert (grown.status, grown.situacao) == (status, situacao)


@pytest.mark.parametrize(
    ("history", "wanted", "status"),
    [
        (["open"], "on_hold", "pending"),
        (["pending"], "on_hold", "pending"),
        (["snoozed"], "on_hold", "snoozed"),
        (["snoozed", "open"], "on_hold", "snoozed"),
        (["snoozed", "pending", "open"], "on_hold", "pending"),
        (["snoozed"], "open", "open"),
        (["snoozed"], "resolved", "resolved"),
    ],
)
def test_on_hold_goes_back_as_it_came(history: list[str], wanted: Situacao, status: str) -> None:
    known = NEW
    for n, each in enumerate(history):
        known = growth.with_state(known, told(status=each, updated_us=AT * 1000 + n))
    assert status_for(wanted, known) == status
    assert status_for(known.situacao, known) == known.status, "what was read is written back as it was"


def test_a_status_that_auto_assignment_swallowed_is_seen_all_the_same() -> None:
    known = growth.with_state(NEW, told(status="resolved"))
    event = events.read(
        {
            "event": "conversation_updated",
            **conversations.tree_of(told(status="open", assignee=BEATRIZ, updated_us=AT * 1000 + 1)),
            "changed_attributes": [{"assignee_id": {"previous_value": None, "current_value": 31}}],
        }
    )
    assert isinstance(event, events.ConversationEvent)
    grown = growth.with_state(known, event.conversation)
    assert (grown.status, grown.assignee_id) == ("open", 31)


def test_an_older_state_changes_nothing() -> None:
    known = growth.with_state(NEW, told(status="resolved", priority="high", labels=("a",), assignee=BEATRIZ))
    late = told(status="open", updated_us=AT * 1000 - 1, last_activity_ms=AT - 9000)
    assert growth.with_state(known, late) == known


@given(st.randoms(use_true_random=False))
def test_any_order_with_repeats_ends_in_the_newest_state(rng: random.Random) -> None:
    states = [
        told(status=status, priority=priority, updated_us=AT * 1000 + n, last_activity_ms=AT + 1000 * n)
        for n, (status, priority) in enumerate([("open", ""), ("snoozed", "low"), ("pending", "high"), ("open", "")])
    ]
    known = NEW
    for state in [*rng.choices(states, k=6), states[-1], *rng.choices(states, k=6)]:
        known = growth.with_state(known, state)
    assert (known.status, known.prioridade, known.ultima_atividade_ms) == ("open", "", AT + 3000)


def test_the_agents_own_user_is_forgotten_with_the_agent_only() -> None:
    known = replace(growth.with_state(NEW, told(assignee=BEATRIZ)), usuario_id=4)
    again = growth.with_state(known, told(assignee=BEATRIZ, updated_us=AT * 1000 + 1))
    assert (again.assignee_id, again.usuario_id) == (31, 4)
    for other in (None, Assignee(32), BOT):
        grown = growth.with_state(known, told(assignee=other, updated_us=AT * 1000 + 1))
        assert (grown.assignee_id, grown.usuario_id) == (other.id if other else 0, 0)


def test_the_plans_own_form_changes_the_status_and_loses_nothing() -> None:
    known = growth.with_state(NEW, told(priority="high", assignee=BEATRIZ))
    grown = growth.with_state(replace(known, updated_us=0), Conversation(873, status="resolved"))
    assert (grown.status, grown.prioridade, grown.assignee_id) == ("resolved", "high", 31)


def test_what_only_names_a_conversation_leaves_it_lagging_behind() -> None:
    assert not NEW.synced
    assert not growth.with_state(NEW, Conversation(873)).synced
    assert growth.with_state(NEW, STATE).synced


def test_the_whole_sample_is_read() -> None:
    event = events.parse(samples.body("conversation_updated"))
    assert isinstance(event, events.ConversationEvent)
    grown = growth.with_state(NEW, event.conversation)
    assert (grown.inbox_id, grown.contact_id, grown.assignee_id, grown.prioridade) == (12, 5012, 31, "high")
    assert (grown.titulo, grown.updated_us) == ("Maria das Dores Silva", 1781701602551873)


@pytest.mark.parametrize(
    ("written", "parsed"),
    [("7-873", (7, 873)), ("873", None), ("7-", None), ("-7-8", None), ("07-8", None), ("7-8-9", None), ("7-٣", None)],
)
def test_an_id_is_the_account_and_the_number(written: str, parsed: tuple[int, int] | None) -> None:
    assert parse_id(written) == parsed
    assert parse_id(NEW.id) == (7, 873)


# --- what is unread ---------------------------------------------------------------------------------------------------


def unread(known: Conversa) -> list[int]:
    return [each.message_id for each in known.unread]


def test_each_message_of_the_customer_counts_once() -> None:
    known = NEW
    for one in (said(1), said(1), said(2), said(3, message_type="outgoing"), said(4, private=True)):
        if found := growth.mensagem_of(one, "silva", 7, 873, AT):
            known = growth.with_message(known, found)
    assert unread(known) == [1, 2, 4], "what comes in is the customer's, whatever else is said of it"


def test_looking_at_them_resets_what_was_written_before() -> None:
    known = growth.with_message(growth.with_message(NEW, kept(said(1, AT - 5000))), kept(said(2, AT + 5000)))
    seen = growth.with_state(known, told(agent_seen_ms=AT, unread_count=1, updated_us=AT * 1000 + 9))
    assert unread(seen) == [2]
    late = growth.with_message(seen, kept(said(1, AT - 5000)))
    assert unread(late) == [2], "told again, it was seen all the same"


def test_nothing_unread_clears_even_within_the_second() -> None:
    known = growth.with_message(NEW, kept(said(1, AT + 300)))
    grown = growth.with_state(known, told(agent_seen_ms=AT, unread_count=0, updated_us=AT * 1000 + 800_000))
    assert unread(grown) == []


def test_a_message_after_that_state_stays_unread() -> None:
    known = growth.with_message(NEW, kept(said(1, AT + 4000)))
    grown = growth.with_state(known, told(agent_seen_ms=AT, unread_count=0, last_activity_ms=AT + 2000))
    assert unread(grown) == [1]


def test_the_count_has_an_end() -> None:
    known = NEW
    for n in range(1, MOST_UNREAD + 20):
        known = growth.with_message(known, kept(said(n)))
    assert known.mensagens_nao_lidas == MOST_UNREAD


def test_activity_never_goes_back() -> None:
    known = growth.with_message(NEW, kept(said(1, AT + 5000)))
    assert growth.with_message(known, kept(said(2, AT))).ultima_atividade_ms == AT + 5000
    assert growth.with_state(known, told(last_activity_ms=AT)).ultima_atividade_ms == AT + 5000


# --- messages ---------------------------------------------------------------------------------------------------------

AGENT = Author("user", 31, "Beatriz")
KINDS = [
    ({}, ("cliente", "entrada")),
    ({"message_type": "outgoing", "author": AGENT}, ("resposta_agent", "saida")),
    ({"message_type": "outgoing", "author": AGENT, "private": True}, ("nota_interna", "interna")),
    ({"message_type": "outgoing", "author": Author("agent_bot", 3)}, ("bot", "saida")),
    ({"message_type": "outgoing", "author": Author("captain_assistant", 3)}, ("bot", "saida")),
    ({"message_type": "outgoing", "author": Author()}, ("resposta_agent", "saida")),
    ({"message_type": "template", "author": Author()}, ("sistema", "saida")),
    ({"message_type": "template", "author": Author("agent_bot", 3)}, ("bot", "saida")),
    ({"message_type": "activity", "author": Author()}, None),
    ({"message_type": ""}, None),
]


@pytest.mark.parametrize(("changes", "kind"), KINDS, ids=[str(n) for n in range(len(KINDS))])
def test_who_says_it_to_whom(changes: dict[str, object], kind: tuple[str, str] | None) -> None:
    found = growth.mensagem_of(said(**changes), "silva", 7, 873, AT)
    assert (found and (found.tipo, found.direcao)) == kind


def test_an_old_message_is_history() -> None:
    assert not kept(said(1, AT), AT + growth.HISTORY_MS).historico
    assert kept(said(1, AT), AT + growth.HISTORY_MS + 1).historico
    assert not kept(said(1, 0), AT).historico, "of unknown age"


def test_a_deleted_message_keeps_nothing_whatever_comes_after() -> None:
    file = Attachment(1, "image", "https://x.example/a", "a.png")
    whole = kept(said(1, attachments=(file,), updated_ms=AT))
    gone = kept(said(1, content="Esta mensagem foi apagada", content_attributes={"deleted": True}, updated_ms=AT + 1))
    assert (gone.conteudo, gone.anexos, gone.apagada) == ("", (), True)
    for order in itertools.permutations([whole, gone, replace(whole, atualizada_ms=AT + 9)]):
        known = order[0]
        for one in order[1:]:
            known = growth.merged(known, one, is_update=True, tells_status=False)
        assert (known.conteudo, known.anexos, known.apagada) == ("", (), True)


def test_the_creation_told_late_does_not_undo_an_edit() -> None:
    edited = kept(said(1, content="novo"))
    late = growth.merged(edited, kept(said(1, content="velho")), is_update=False, tells_status=False)
    assert late.conteudo == "novo"
    assert growth.merged(late, kept(said(1, content="mais")), is_update=True, tells_status=False).conteudo == "mais"


def test_an_older_update_does_not_undo_a_newer_one() -> None:
    newer = kept(said(1, content="novo", updated_ms=AT + 9))
    older = kept(said(1, content="velho", updated_ms=AT + 3))
    assert growth.merged(newer, older, is_update=True, tells_status=True).conteudo == "novo"
    assert growth.merged(older, newer, is_update=True, tells_status=True).conteudo == "novo"


STEPS: list[tuple[Estado, str, bool, str]] = [
    ("queued", "sent", False, "sent"),
    ("sent", "delivered", False, "delivered"),
    ("delivered", "sent", False, "delivered"),
    ("read", "delivered", False, "read"),
    ("sent", "failed", False, "failed"),
    ("delivered", "failed", False, "delivered"),
    ("read", "failed", False, "read"),
    ("failed", "delivered", False, "delivered"),
    ("failed", "sent", False, "failed"),
    ("failed", "sent", True, "sent"),
]


@pytest.mark.parametrize(("known", "status", "is_later", "after"), STEPS)
def test_how_far_it_came(known: Estado, status: str, is_later: bool, after: str) -> None:
    erro = {"external_error": "131047"} if status == "failed" else {}
    before = replace(kept(said(1, updated_ms=AT)), estado=known, erro="131026" if known == "failed" else "")
    one = kept(said(1, status=status, content_attributes=erro, updated_ms=AT + (5 if is_later else -5)))
    grown = growth.merged(before, one, is_update=True, tells_status=True)
    assert grown.estado == after
    if after == "failed":
        assert grown.erro == ("131026" if known == "failed" else "131047")
    assert bool(grown.erro) == (after == "failed")


def test_a_post_that_says_nothing_of_the_status_leaves_it() -> None:
    read = replace(kept(said(1)), estado="read")
    assert growth.merged(read, kept(said(1, content="novo")), is_update=True, tells_status=False).estado == "read"


def test_an_answered_survey_is_kept_with_its_row() -> None:
    asked = kept(said(1, message_type="template", content_type="input_csat", author=Author()))
    answer = {"submitted_values": {"csat_survey_response": {"rating": 4, "feedback_message": "Bom"}}}
    answered = kept(
        said(1, message_type="template", content_type="input_csat", author=Author(), content_attributes=answer)
    )
    grown = growth.merged(asked, answered, is_update=True, tells_status=False)
    assert (grown.nota, grown.comentario, grown.tipo) == (4, "Bom", "sistema")


def test_a_place_is_kept_as_degrees() -> None:
    place = Attachment(1, "location", name="Fórum", latitude=-19.92, longitude=-43.9386)
    (found,) = kept(said(1, attachments=(place,))).anexos
    assert (found.nome, found.latitude, found.longitude) == ("Fórum", "-19.9200000", "-43.9386000")


def test_neither_text_nor_name_is_printed() -> None:
    one = kept(said(1, content="segredo", attachments=(Attachment(1, "file", "https://x/cpf.pdf", "cpf.pdf"),)))
    known = growth.with_state(NEW, told(assignee=BEATRIZ))
    printed = repr(one) + repr(known)
    assert not any(each in printed for each in ("segredo", "Maria", "cpf.pdf", "Beatriz"))


@pytest.mark.parametrize("name", ["message_created", "message_created_outgoing", "message_updated"])
def test_the_samples_are_kept_whole(name: str) -> None:
    event = events.parse(samples.body(name))
    assert isinstance(event, events.MessageEvent)
    found = growth.mensagem_of(event.message, "silva", 7, 873, AT)
    assert found is not None
    assert (found.conteudo, found.message_id) == (event.message.content, event.message.id)
    assert messages.MARKER not in found.conteudo
