"""/conversas over the fakes, with the worker that does what is asked for beside the route that waits for it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ponte.conversas.values import Anexo, Conversa, Mensagem
from ponte.people.links import Link
from ponte.queue.envelope import Envelope
from ponte.queue.fifo_batch import Done
from ponte.runtime.api_access import SEND, Access, Caller
from ponte.runtime.api_composition import make_office_api
from ponte.runtime.settings import read
from tests.core.runtime.office_api import Answer
from tests.core.runtime.talk_bench import ACCOUNT, MARIA, NUMBER, TENANT, Bench

ID = f"{ACCOUNT}-{NUMBER}"
SAY = f"/conversas/{ID}/mensagens"
CREATED = ("POST", "messages")
USERS = {
    "writer": Caller(TENANT, "writer", frozenset({SEND})),
    "second": Caller(TENANT, "second", frozenset({SEND})),
    "reader": Caller(TENANT, "reader"),
    "stranger": Caller("souza", "stranger", frozenset({SEND})),
}


class Office(Bench):
    """The worker takes one event whenever the route waits, unless it `rests`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.rests = False
        monkeypatch.setattr(self.clock, "sleep_ms", self._sleep, raising=False)
        monkeypatch.setattr(Access, "caller", lambda _, headers: USERS[headers["authorization"]])
        self.api = make_office_api(self.outside, read({}))
        self.customer()
        self.settle()

    def _sleep(self, ms: int) -> None:
        self.clock.now += ms
        if self.line.envelopes and not self.rests and isinstance(self.run(self.line.envelopes[0]), Done):
            self.line.envelopes.pop(0)

    def call(
        self, method: str, path: str, body: Any = None, *, user: str = "writer", key: str = "", **query: str
    ) -> Answer:
        headers = {"authorization": user, "content-type": "application/json"}
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "&".join(f"{name}={value}" for name, value in query.items()),
            "headers": headers | ({"idempotency-key": key} if key else {}),
            "queryStringParameters": query,
            "requestContext": {"http": {"method": method, "path": path}, "stage": "$default"},
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        return Answer(self.api(event, None))

    def keep(self, number: int, **fields: Any) -> None:
        key = (TENANT, ACCOUNT, number)
        self.conversas.change(*key, lambda _: Conversa(*key, **fields), self.clock.now)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    return Office(monkeypatch)


def ids(answer: Answer) -> list[int]:
    assert answer.status == 200
    return [one["chatwoot_conversation_id"] for one in answer.tree["conversas"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [1, 2, 3]),
        ({"cliente_id": "9"}, [1, 2]),
        ({"cliente_id": "9", "status": "on_hold"}, [2]),
        ({"usuario_id": "4"}, [1, 3]),
        ({"usuario_id": "4", "status": "resolved"}, [3]),
        ({"usuario_id": "4", "cliente_id": "9"}, [1]),
        ({"cliente_id": "8"}, []),
    ],
)
def test_conversations_are_found_by_client_agent_and_state(
    office: Office, query: dict[str, str], expected: list[int]
) -> None:
    at = office.clock.now + 10_000
    office.keep(1, tipo="cliente", entity_id=9, usuario_id=4, ultima_atividade_ms=at)
    office.keep(2, tipo="cliente", entity_id=9, status="snoozed", ultima_atividade_ms=at - 1)
    office.keep(3, tipo="terceiro", entity_id=9, usuario_id=4, status="resolved", ultima_atividade_ms=at - 2)
    answer = office.call("GET", "/conversas", user="reader", **query)
    assert [number for number in ids(answer) if number != NUMBER] == expected
    assert answer.tree["cursor"] is None


def test_a_list_goes_on_after_a_hundred(office: Office) -> None:
    for number in range(1, 121):
        office.keep(number, ultima_atividade_ms=office.clock.now + 1000 + number)
    first = office.call("GET", "/conversas")
    rest = office.call("GET", "/conversas", cursor=first.tree["cursor"])
    assert (len(ids(first)), ids(first) + ids(rest)) == (100, [*range(120, 0, -1), NUMBER])
    assert rest.tree["cursor"] is None


@pytest.mark.parametrize("query", [{"status": "pending"}, {"cliente_id": "0"}, {"usuario_id": "x"}, {"cursor": "é"}])
def test_a_wrong_filter_is_named(office: Office, query: dict[str, str]) -> None:
    assert office.call("GET", "/conversas", **query).problem == (422, "VALIDATION_ERROR", *query)


def test_messages_come_in_order_with_notes_files_and_what_was_deleted(office: Office) -> None:
    key = (TENANT, ACCOUNT, 1)
    office.keep(1)
    place = Anexo(1, "location", "Fórum", latitude="-19.9", longitude="-43.9")
    for one in (
        Mensagem(*key, 30, "sistema", "saida", apagada=True),
        Mensagem(*key, 10, "cliente", "entrada", autor_nome="Maria", anexos=(place,)),
        Mensagem(*key, 20, "nota_interna", "interna", conteudo="só nós", estado="failed", erro="número inválido"),
    ):
        office.mensagens.keep(one, lambda known: known, office.clock.now)
    answer = office.call("GET", f"/conversas/{ACCOUNT}-1/mensagens", user="reader")
    first, note, gone = answer.tree["mensagens"]
    assert (first["autor_nome"], first["conteudo"], first["estado"]) == ("Maria", None, "sent")
    assert (first["anexos"][0]["nome"], first["anexos"][0]["latitude"]) == ("Fórum", -19.9)
    assert (note["tipo"], note["direcao"], note["conteudo"]) == ("nota_interna", "interna", "só nós")
    assert (note["estado"], note["erro"]) == ("failed", "número inválido")
    assert (gone["apagada"], gone["conteudo"], gone["anexos"]) == (True, None, [])
    assert answer.tree["cursor"] is None


def test_long_messages_are_whole_and_make_shorter_pages(office: Office) -> None:
    office.keep(1)
    text = "\U0001f642" * 150_000
    for n in range(1, 6):
        one = Mensagem(TENANT, ACCOUNT, 1, n, "cliente", "entrada", conteudo=text)
        office.mensagens.keep(one, lambda known: known, office.clock.now)
    found: list[int] = []
    more: dict[str, str] = {}
    while True:
        answer = office.call("GET", f"/conversas/{ACCOUNT}-1/mensagens", **more)
        assert len(answer.text.encode()) < 6_000_000
        assert all(one["conteudo"] == text for one in answer.tree["mensagens"])
        found += [one["chatwoot_message_id"] for one in answer.tree["mensagens"]]
        if answer.tree["cursor"] is None:
            break
        more = {"cursor": answer.tree["cursor"]}
    assert found == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", SAY, None), ("POST", SAY, {"conteudo": "Oi"}), ("PATCH", f"/conversas/{ID}", {"status": "open"})],
)
def test_another_offices_conversation_is_not_there(office: Office, method: str, path: str, body: Any) -> None:
    assert office.call(method, path, body, user="stranger").problem == (404, "NOT_FOUND", "id")
    assert office.line.envelopes == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", SAY, {"conteudo": "Oi"}),
        ("PATCH", f"/conversas/{ID}", {"status": "open"}),
        ("POST", "/conversas", {"tipo_entidade": "cliente", "entidade_id": 9, "conteudo": "Oi"}),
    ],
)
def test_nobody_writes_without_the_scope(office: Office, method: str, path: str, body: Any) -> None:
    assert office.call(method, path, body, user="reader").problem[:2] == (403, "FORBIDDEN")
    assert office.line.envelopes == []


def test_a_message_that_goes_at_once_is_told_by_its_id_and_kept_once(office: Office) -> None:
    answer = office.call("POST", SAY, {"conteudo": "Bom dia"})
    number = answer.tree["chatwoot_message_id"]
    assert (answer.status, answer.tree) == (
        201,
        {"id": f"{ID}-{number}", "chatwoot_message_id": number, "status": "sent"},
    )
    office.work()
    office.settle()
    assert (office.sent(), [one.conteudo for one in office.said()]) == (["Bom dia"], ["Boa tarde", "Bom dia"])


def test_a_note_is_private(office: Office) -> None:
    assert office.call("POST", SAY, {"conteudo": "cuidado", "privada": True}).status == 201
    assert [one["private"] for one in office.account.talk.messages(NUMBER)][-1] is True


@pytest.mark.parametrize("how", ["connect", "503"])
def test_while_chatwoot_is_away_it_is_queued_and_sent_once_later(office: Office, how: str) -> None:
    office.fails[CREATED] = how
    first = office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k")
    assert (first.status, first.tree["chatwoot_message_id"], first.tree["status"]) == (202, None, "queued")
    office.fails.clear()
    office.clock.now += 3_600_000
    again = office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k")
    office.work()
    office.settle()
    last = office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k")
    assert again.status in (201, 202)
    assert (last.status, office.sent(), office.line.envelopes) == (201, ["Bom dia"], [])


def test_a_message_whose_answer_was_lost_is_found_again_and_told_by_its_id(office: Office) -> None:
    office.fails[CREATED] = "lost"
    answer = office.call("POST", SAY, {"conteudo": "Bom dia"})
    office.work()
    assert (answer.status, office.sent()) == (201, ["Bom dia"])
    assert office.asked.count(CREATED) == 1


def test_an_answer_that_comes_after_the_wait_doubles_nothing(office: Office) -> None:
    office.rests = True
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k").status == 202
    office.rests = False
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k").status == 201
    office.work()
    assert office.sent() == ["Bom dia"]


def test_the_same_key_is_the_same_answer_and_anothers_key_is_their_own(office: Office) -> None:
    first, again = (office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k") for _ in range(2))
    assert (again.status, again.tree) == (201, first.tree)
    assert office.call("POST", SAY, {"conteudo": "Outro"}, key="k").problem == (409, "CONFLICT", "Idempotency-Key")
    noted = office.call("POST", SAY, {"conteudo": "Bom dia", "privada": True}, key="k")
    assert noted.problem == (409, "CONFLICT", "Idempotency-Key")
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k", user="second").status == 201
    office.work()
    assert office.sent() == ["Bom dia", "Bom dia"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"conteudo": " \n"}, "conteudo"),
        ({"conteudo": "a\0b"}, "conteudo"),
        ({"conteudo": "a" * 150_001}, "conteudo"),
        ({"privada": True}, "conteudo"),
        ({"conteudo": "Oi", "privada": "sim"}, "privada"),
        ({"conteudo": "Oi", "anexos": [{"nome": "a.pdf"}]}, "anexos"),
        ({"conteudo": "Oi", "outro": 1}, "outro"),
    ],
)
def test_what_is_wrong_with_a_message_is_named_and_nothing_goes(office: Office, body: Any, field: str) -> None:
    assert office.call("POST", SAY, body).problem == (422, "VALIDATION_ERROR", field)
    assert office.line.envelopes == []


def test_state_priority_and_agent_reach_chatwoot(office: Office) -> None:
    answer = office.call("PATCH", f"/conversas/{ID}", {"status": "resolved", "prioridade": "high", "usuario_id": 5})
    shown = [answer.tree[name] for name in ("status", "prioridade", "usuario_id")]
    assert (answer.status, shown) == (200, ["resolved", "high", 5])
    nobody = office.call("PATCH", f"/conversas/{ID}", {"prioridade": None, "usuario_id": None})
    assert [nobody.tree[name] for name in ("status", "prioridade", "usuario_id")] == ["resolved", None, None]


def test_a_user_who_is_no_agent_is_refused_and_nothing_is_set(office: Office) -> None:
    answer = office.call("PATCH", f"/conversas/{ID}", {"usuario_id": 77, "status": "resolved"})
    assert answer.problem[:2] == (422, "REQUEST_REFUSED")
    assert office.conversa().situacao == "open"


@pytest.mark.parametrize(
    "body", [{}, {"status": None}, {"status": "snoozed"}, {"usuario_id": 0}, {"prioridade": "x"}, {"titulo": "x"}]
)
def test_a_change_that_is_none_is_refused(office: Office, body: Any) -> None:
    assert office.call("PATCH", f"/conversas/{ID}", body).status == 422
    assert office.line.envelopes == []


def test_a_change_that_chatwoot_has_not_taken_shows_the_conversation_as_it_is(office: Office) -> None:
    office.rests = True
    answer = office.call("PATCH", f"/conversas/{ID}", {"status": "resolved"})
    assert (answer.status, answer.tree["status"]) == (202, "open")


NEW = {"tipo_entidade": "cliente", "entidade_id": 9, "conteudo": "Bom dia", "inbox_id": 12, "titulo": "Audiência"}


def linked(office: Office) -> None:
    office.links.make(Link(TENANT, "cliente", 9, ACCOUNT, MARIA), office.clock.now)


def test_a_conversation_begins_with_its_first_message_once(office: Office) -> None:
    linked(office)
    first, again = (office.call("POST", "/conversas", NEW, key="k") for _ in range(2))
    assert (first.status, first.tree["titulo"], first.tree["mensagem"]["status"]) == (201, "Audiência", "sent")
    assert (first.tree["cliente_id"], again.tree) == (9, first.tree)
    assert office.call("POST", "/conversas", {**NEW, "conteudo": "Outro"}, key="k").status == 409
    number = first.tree["chatwoot_conversation_id"]
    assert [one["content"] for one in office.account.talk.messages(number)] == ["Bom dia"]


def test_a_conversation_waits_for_a_chatwoot_that_is_away_and_begins_once(office: Office) -> None:
    linked(office)
    office.fails[("POST", "conversations")] = "connect"
    first = office.call("POST", "/conversas", NEW, key="k")
    assert (first.status, first.tree["conversa"], first.tree["mensagem"]["status"]) == (202, None, "queued")
    office.fails.clear()
    office.work()
    last = office.call("POST", "/conversas", NEW, key="k")
    assert last.status == 201
    assert last.tree["chatwoot_conversation_id"] == NUMBER + 1


def test_nobody_without_a_contact_and_no_inbox_begins_nothing(office: Office) -> None:
    assert office.call("POST", "/conversas", NEW).problem == (404, "NOT_FOUND", "entidade_id")
    linked(office)
    without = {name: value for name, value in NEW.items() if name != "inbox_id"}
    assert office.call("POST", "/conversas", without).problem == (422, "VALIDATION_ERROR", "inbox_id")
    assert office.line.envelopes == []


def test_what_cannot_be_queued_is_an_outage_and_the_same_key_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: Sequence[Envelope], **__: Any) -> int:
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(office.line, "send", away)
        patched.setattr(office.api, "_bug", lambda *_: None)
        assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k").problem == (503, "API_UNAVAILABLE", "")
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k").status == 201
    assert office.sent() == ["Bom dia"]


def test_nothing_is_said_in_an_account_that_the_office_has_moved_to_meanwhile(office: Office) -> None:
    office.rests = True
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k").status == 202
    known = office.offices.read(TENANT)
    assert known is not None
    assert known.chatwoot is not None
    office.offices.put(replace(known, chatwoot=replace(known.chatwoot, account_id=8)))
    office.work()
    assert office.sent() == []
    assert CREATED not in office.asked
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}, key="k").problem[:2] == (422, "REQUEST_REFUSED")
    office.clock.now += 3_600_000  # the route too has heard of it by then
    assert office.call("POST", SAY, {"conteudo": "Bom dia"}).problem == (409, "CONFLICT", "id")
