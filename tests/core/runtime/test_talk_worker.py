"""What happens in an office's Chatwoot, through our door and worker, against the fakes: kept once, told once."""

import itertools
import random
from dataclasses import replace

import pytest

from ponte.people.links import Link
from ponte.queue.fifo_batch import Done, Later
from tests.core.runtime.talk_bench import ACCOUNT, MARIA, NUMBER, TENANT, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def link(bench: Bench, entity_id: int = 7, tipo: str = "cliente") -> Link:
    return bench.links.make(Link(TENANT, tipo, entity_id, ACCOUNT, MARIA), bench.clock.now)


def test_a_customers_message_is_kept_once_and_told_once(bench: Bench) -> None:
    link(bench)
    message_id = bench.customer("Boa tarde, preciso do andamento.")
    bench.settle()
    (one,) = bench.said()
    assert (one.message_id, one.tipo, one.direcao, one.estado) == (message_id, "cliente", "entrada", "sent")
    assert (one.conteudo, one.autor_id, one.autor_nome) == ("Boa tarde, preciso do andamento.", MARIA, "MARIA DA SILVA")
    conversa = bench.conversa()
    assert (conversa.cliente_id, conversa.titulo, conversa.mensagens_nao_lidas) == (7, "MARIA DA SILVA", 1)
    assert conversa.synced
    assert conversa.ultima_atividade_ms == one.criada_ms
    notices = bench.notices()
    assert [row["usuario_id"] for row in notices] == [4, 5]
    assert {row["tipo"] for row in notices} == {"sistema_alerta"}
    assert notices[0]["descricao"] == "MARIA DA SILVA: Boa tarde, preciso do andamento."
    assert notices[0]["dados_adicionais"]["chatwoot_message_id"] == message_id


def test_the_same_posts_again_by_whatever_subscription_do_nothing(bench: Bench) -> None:
    bench.customer()
    posted = bench.post()
    bench.work()
    before = (bench.conversa(), bench.said(), len(bench.notices()), len(bench.audited()))
    for envelope in posted * 3:
        assert isinstance(bench.run(envelope), Done)
    assert (bench.conversa(), bench.said(), len(bench.notices()), len(bench.audited())) == before


def test_the_agent_who_has_it_is_told_alone(bench: Bench) -> None:
    bench.change(assignee_id=32, assignee_type="User")
    bench.settle()
    assert (bench.conversa().assignee_id, bench.conversa().usuario_id) == (32, 5)
    bench.customer()
    bench.settle()
    assert [row["usuario_id"] for row in bench.notices()] == [5]
    found = bench.conversas.of_user(TENANT, 5)
    assert [one.number for one in found.conversas] == [NUMBER]


def test_answers_notes_and_deletions_are_kept_and_told_to_nobody(bench: Bench) -> None:
    bench.agent("Está **concluso**.")
    bench.agent("só para nós", private=True)
    gone = bench.agent("engano", attachments=[{"id": 1, "file_type": "image", "data_url": "https://x.example/a.png"}])
    bench.settle()
    message = bench.account.talk.message(gone)
    assert message is not None
    bench.account.talk.delete(message)
    bench.settle()
    assert [(one.tipo, one.direcao, one.conteudo) for one in bench.said()] == [
        ("resposta_agent", "saida", "Está **concluso**."),
        ("nota_interna", "interna", "só para nós"),
        ("resposta_agent", "saida", ""),
    ]
    assert [one.apagada for one in bench.said()] == [False, False, True]
    assert bench.said()[2].anexos == ()
    assert bench.notices() == []
    assert bench.conversa().mensagens_nao_lidas == 0


def test_files_and_a_place_come_with_the_message(bench: Bench) -> None:
    file = {
        "id": 1,
        "file_type": "image",
        "data_url": "https://chat.silva.example/rails/active_storage/blobs/redirect/1/foto.png",
        "content_type": "image/png",
        "file_size": 512,
    }
    place = {"id": 2, "file_type": "location", "coordinates_lat": -19.92, "coordinates_long": -43.94}
    bench.customer(None, attachments=[file, place])
    bench.settle()
    (one,) = bench.said()
    assert [(each.kind, each.nome, each.tamanho) for each in one.anexos] == [
        ("image", "foto.png", 512),
        ("location", "", 0),
    ]
    assert bench.notices()[0]["descricao"] == "MARIA DA SILVA enviou um arquivo."


def test_an_answered_survey_is_kept_with_its_row(bench: Bench) -> None:
    asked = bench.customer("Como foi?", message_type=3, content_type="input_csat", sender=None)
    bench.settle()
    message = bench.account.talk.message(asked)
    assert message is not None
    answer = {"submitted_values": {"csat_survey_response": {"rating": 5, "feedback_message": "Ótimo"}}}
    bench.account.talk.rewrite(message, {"content_attributes": answer})
    bench.settle()
    (one,) = bench.said()
    assert (one.tipo, one.nota, one.comentario) == ("sistema", 5, "Ótimo")


def test_how_far_an_answer_came_is_followed(bench: Bench) -> None:
    sent = bench.agent("Olá")
    bench.settle()
    message = bench.account.talk.message(sent)
    assert message is not None
    for status in ("delivered", "read"):
        bench.account.talk.rewrite(message, {"status": status})
        bench.settle()
        assert bench.said()[0].estado == status


@pytest.mark.parametrize("status", ["resolved", "pending", "snoozed"])
def test_a_status_is_adopted_and_lists_follow(bench: Bench, status: str) -> None:
    link(bench)
    bench.change(assignee_id=31, assignee_type="User")
    bench.change(status=status, priority="high", labels=["urgente"])
    bench.settle()
    conversa = bench.conversa()
    assert (conversa.status, conversa.prioridade, conversa.etiquetas) == (status, "high", ("urgente",))
    assert not bench.conversas.of_user(TENANT, 4, "open").conversas
    assert [one.number for one in bench.conversas.of_user(TENANT, 4, conversa.situacao).conversas] == [NUMBER]


def test_a_status_that_auto_assignment_swallows_arrives(bench: Bench) -> None:
    bench.change(status="resolved")
    bench.settle()
    bench.account.config["inboxes"][0]["enable_auto_assignment"] = True
    bench.change(status="open")
    bench.settle()
    assert (bench.conversa().status, bench.conversa().usuario_id) == ("open", 4)


def test_looking_resets_the_count_with_the_next_event(bench: Bench) -> None:
    bench.customer()
    bench.settle()
    row = bench.account.talk.conversation(NUMBER)
    assert row is not None
    bench.clock.now += 5_000
    bench.account.talk.looked(row)
    bench.change(priority="low")
    bench.settle()
    assert bench.conversa().mensagens_nao_lidas == 0


def test_posts_in_any_order_end_in_the_same(bench: Bench) -> None:
    texts = ["um", "dois", "três"]
    for text in texts:
        bench.clock.now += 1_000
        bench.customer(text)
        bench.post()
    bench.change(status="pending", assignee_id=31, assignee_type="User")
    bench.clock.now += 1_000
    bench.agent("quatro")
    envelopes = [*bench.line.envelopes, *bench.post()]
    bench.line.envelopes.clear()
    ends = []
    for seed in range(20):
        again = Bench()
        again.clock.now = bench.clock.now
        order = envelopes * 2
        random.Random(seed).shuffle(order)
        again.line.envelopes = order
        again.work()
        conversa = replace(again.conversa(), version=0, saved_ms=0, created_ms=0)
        said = [replace(one, version=0, saved_ms=0) for one in again.said()]
        assert [one.conteudo for one in said] == [*texts, "quatro"]
        assert len({row["dados_adicionais"]["chatwoot_message_id"] for row in again.notices()}) == 3
        assert len({(row["usuario_id"], str(row["dados_adicionais"])) for row in again.notices()}) == len(
            again.notices()
        )
        ends.append((replace(conversa, unread=tuple(sorted(conversa.unread, key=lambda one: one.message_id))), said))
    assert all(end == ends[0] for end in ends)


def test_the_plans_own_form_is_completed_from_chatwoot(bench: Bench) -> None:
    link(bench)
    posted = bench.customer("Sim")
    (envelope, *_) = bench.post()
    bare = {
        "event": "message.created",
        "data": {"message": {"id": posted, "content": "Sim", "conversation_id": NUMBER}},
    }
    bare["data"]["message"] |= {"message_type": "incoming", "account_id": ACCOUNT}  # type: ignore[index]
    bench.line.envelopes = [replace(envelope, payload=bare)]
    bench.work()
    assert ("GET", str(NUMBER)) in bench.asked
    assert (bench.conversa().cliente_id, bench.conversa().inbox_id, bench.conversa().synced) == (7, 12, True)
    assert [one.conteudo for one in bench.said()] == ["Sim"]


def test_a_conversation_that_chatwoot_does_not_show_lags_behind(bench: Bench) -> None:
    bench.customer()
    (envelope, *_) = bench.post()
    payload = {name: value for name, value in envelope.payload.items() if name != "conversation"}
    bench.line.envelopes = [replace(envelope, payload=payload)]
    bench.fails["GET", str(NUMBER)] = "404"
    bench.work()
    assert [one.number for one in bench.conversas.unsynced(TENANT).conversas] == [NUMBER]
    assert len(bench.said()) == 1


def test_a_notice_whose_answer_was_lost_is_not_written_again(bench: Bench) -> None:
    bench.customer()
    (envelope, *_) = bench.post()
    bench.fails["POST", "notificacoes"] = "lost"
    assert isinstance(bench.run(envelope), Later)
    assert bench.state_of(envelope) == "UNKNOWN"
    bench.fails.clear()
    bench.line.envelopes = [envelope]
    bench.work()
    assert bench.state_of(envelope) == "SENT"
    assert len(bench.notices()) == 2
    assert bench.asked.count(("POST", "notificacoes")) == 1


def test_a_notice_that_was_not_written_is_written_in_the_end(bench: Bench) -> None:
    bench.customer()
    (envelope, *_) = bench.post()
    bench.fails["POST", "notificacoes"] = "502"
    assert isinstance(bench.run(envelope), Later)
    bench.fails.clear()
    bench.line.envelopes = [envelope]
    bench.work()
    assert len(bench.notices()) == 2
    assert len(bench.said()) == 1


def test_while_zattar_is_down_the_message_is_kept_and_the_notice_waits(bench: Bench) -> None:
    bench.customer()
    (envelope, *_) = bench.post()
    bench.fails["GET", "usuarios_chatwoot"] = "connect"
    for _ in range(15):
        assert isinstance(bench.run(envelope), Later)
        bench.clock.now += 60_000
    assert len(bench.said()) == 1
    assert bench.notices() == []
    bench.fails.clear()
    bench.line.envelopes = [envelope]
    bench.work()
    assert len(bench.notices()) == 2, "an outage uses up no tries"


def test_what_zattar_refuses_is_parked_with_the_message_kept(bench: Bench) -> None:
    bench.world.offices[0].config["tables"]["usuarios"].clear()
    bench.customer()
    (envelope, *_) = bench.post()
    bench.fails["POST", "notificacoes"] = "400"
    bench.line.envelopes = [envelope]
    bench.work()
    assert bench.state_of(envelope) == "SENT", "nobody to tell"
    bench2 = Bench()
    bench2.customer()
    (second, *_) = bench2.post()
    bench2.fails["POST", "notificacoes"] = "400"
    bench2.line.envelopes = [second]
    bench2.work()
    assert bench2.state_of(second) == "PARKED"
    assert len(bench2.said()) == 1


def test_staff_are_asked_for_once_a_minute(bench: Bench) -> None:
    for _ in range(5):
        bench.customer()
    bench.settle()
    assert bench.asked.count(("GET", "usuarios_chatwoot")) == 1
    bench.clock.now += 61_000
    bench.customer()
    bench.settle()
    assert bench.asked.count(("GET", "usuarios_chatwoot")) == 2


def test_an_outages_messages_are_history(bench: Bench) -> None:
    bench.customer("de ontem")
    bench.clock.now += 24 * 3_600_000
    bench.settle()
    (one,) = bench.said()
    assert one.historico
    assert bench.notices() == []


def test_a_person_who_was_linked_or_unlinked_shows_with_the_next_event(bench: Bench) -> None:
    bench.customer()
    bench.settle()
    assert (bench.conversa().tipo, bench.conversa().entity_id) == ("", 0)
    made = link(bench)
    bench.customer()
    bench.settle()
    assert [one.number for one in bench.conversas.of_person(TENANT, "cliente", 7).conversas] == [NUMBER]
    bench.links.end(made)
    link(bench, 9, "terceiro")
    bench.customer()
    bench.settle()
    assert not bench.conversas.of_person(TENANT, "cliente", 7).conversas
    assert [one.number for one in bench.conversas.of_person(TENANT, "terceiro", 9).conversas] == [NUMBER]


def test_each_post_of_a_message_is_audited_without_what_it_says(bench: Bench) -> None:
    message_id = bench.customer("segredo de justiça")
    bench.settle()
    (row,) = bench.audited()
    assert (row["action"], row["by"]) == ("webhook_msg", "chatwoot")
    detail = row["detail"]
    assert detail["origem_externa"] == "chatwoot"
    assert detail["id_externo"] == f"message/{message_id}"
    assert "segredo" not in detail["payload_externo"]
    assert "MARIA" not in detail["payload_externo"]


def test_neither_text_nor_token_is_kept_or_logged_where_it_does_not_belong(bench: Bench) -> None:
    bench.customer("segredo de justiça")
    posted = bench.post()
    bench.work()
    assert "segredo" not in bench.kept_text()
    assert "pubsub" not in bench.kept_text() + str([each.payload for each in posted])
    assert not any(word in note for note in bench.notes for word in ("segredo", "MARIA", TENANT + " "))


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"event": "message_created", "id": 5, "message_type": "activity", "conversation_id": 873}, "activity"),
        ({"event": "message_created", "id": 5, "message_type": "hologram", "conversation_id": 873}, "message_type"),
        ({"event": "message_created", "id": 5, "message_type": "incoming"}, "no_conversation"),
    ],
)
def test_what_is_not_kept_is_skipped_with_its_reason(bench: Bench, payload: dict[str, object], reason: str) -> None:
    bench.customer()
    (envelope, *_) = bench.post()
    bench.line.envelopes = [replace(envelope, source_id="x", payload={**payload, "account": {"id": ACCOUNT}})]
    given = bench.line.envelopes[0]
    bench.work()
    item = bench.ledger.read(given.id) or {}
    assert (item["st"], item["log"][-1]["detail"]) == ("SKIPPED", reason)
    assert bench.said() == []


def test_offices_with_the_same_numbers_are_apart(bench: Bench) -> None:
    bench.customer()
    bench.settle()
    other = [bench.conversas.read("souza", ACCOUNT, NUMBER), *bench.mensagens.page("souza", ACCOUNT, NUMBER).mensagens]
    assert other == [None]
    assert list(itertools.chain(bench.conversas.of_office("souza").conversas)) == []
