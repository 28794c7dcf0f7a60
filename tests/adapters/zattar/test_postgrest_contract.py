"""The client's calls, on the fake Supabase and on a real PostgreSQL: the same rows, the same refusals."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ponte.outcome import Rejected, Succeeded
from ponte.zattar import answers, errors, events, filters, registry, requests
from ponte.zattar.rest import RestCall
from ponte.zattar.values import Position, Tipo

from .offices import PEOPLE, Office, fake_office, seeding
from .postgres import Postgres
from .sql_postgrest import SqlPostgrest

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def seeded(postgres: Postgres) -> Postgres:
    postgres.database("seeded", template="office").run(seeding())
    return postgres


@pytest.fixture
def real(seeded: Postgres) -> Office:
    database = seeded.database(f"contract{next(_NUMBERS)}", template="seeded")
    return Office(
        SqlPostgrest(database), lambda: [call["body"] for call in database.rows("select * from net.calls order by n")]
    )


@pytest.fixture(params=["fake", "postgres"])
def zattar(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "fake":
        yield fake_office()
    else:
        yield request.getfixturevalue("real")


def test_a_person_comes_with_the_address_and_a_stranger_does_not_come(zattar: Office) -> None:
    (maria,) = zattar.people(requests.person(Tipo.CLIENTE, 1))
    assert (maria.nome, maria.documento, maria.municipio, maria.estado_sigla) == (
        "Maria",
        "11144477735",
        "São Paulo",
        "SP",
    )
    assert maria.updated_at == "2026-11-25T10:00:00+00:00"
    assert zattar.people(requests.person(Tipo.CLIENTE, 2))[0].municipio == ""
    assert zattar.people(requests.person(Tipo.CLIENTE, 99)) == []
    assert sorted(zattar.ids(requests.people(Tipo.CLIENTE, [5, 2, 99]))) == [2, 5]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_walk_meets_everybody_once_and_in_order(zattar: Office, size: int) -> None:
    """Two have one updated_at, one has another offset."""
    seen: list[int] = []
    position: Position | None = None
    while True:
        page = answers.people(zattar.rows(requests.people_page(Tipo.CLIENTE, position, size=size)), Tipo.CLIENTE)
        if page.is_end:
            break
        seen += [person.id for person in page.people]
        position = page.position
    assert seen == [5, 1, 2, 4, 3]


def test_rows_without_updated_at_are_walked_first(zattar: Office) -> None:
    first = answers.people(zattar.rows(requests.people_page(Tipo.TERCEIRO, size=1)), Tipo.TERCEIRO)
    assert (first.people[0].id, first.position) == (1, Position("", 1))
    assert zattar.ids(requests.people_page(Tipo.TERCEIRO, first.position), Tipo.TERCEIRO) == [2, 3]
    assert zattar.ids(requests.people_page(Tipo.TERCEIRO, Position("", 2)), Tipo.TERCEIRO) == [3]


def test_reconciling_begins_at_an_instant_whatever_its_offset(zattar: Office) -> None:
    assert zattar.ids(requests.people_page(Tipo.CLIENTE, since="2026-11-25T10:00:00.000001+00:00")) == [4, 3]
    assert zattar.ids(requests.people_page(Tipo.CLIENTE, since="2026-11-25T07:00:00-03:00")) == [1, 2, 4, 3]
    assert zattar.ids(requests.people_page(Tipo.CLIENTE, only_active=True)) == [5, 1, 2, 4]


@pytest.mark.parametrize(
    ("call", "total"),
    [
        (requests.count_people(Tipo.CLIENTE), 5),
        (requests.count_people(Tipo.CLIENTE, only_active=True), 4),
        (requests.count_people(Tipo.CLIENTE, since="2026-11-25T10:00:00.5+00:00"), 1),
        (requests.count_people(Tipo.PARTE_CONTRARIA), 0),
    ],
)
def test_counting(zattar: Office, call: RestCall, total: int) -> None:
    assert answers.total(zattar.rows(call)) == total


def test_people_are_found_by_document_email_and_phone(zattar: Office) -> None:
    assert zattar.ids(requests.people_with_document(Tipo.CLIENTE, "11144477735")) == [1]
    assert zattar.ids(requests.people_with_document(Tipo.CLIENTE, "22233344405")) == [2]
    assert sorted(zattar.ids(requests.people_with_email(Tipo.CLIENTE, "Maria@exemplo.test"))) == [1, 5]
    assert zattar.ids(requests.people_with_email(Tipo.CLIENTE, "ZE@exemplo.test")) == [2]
    assert zattar.ids(requests.people_with_email(Tipo.CLIENTE, 'a"b\\c@d')) == []
    assert sorted(zattar.ids(requests.people_with_phone_ending(Tipo.CLIENTE, "87654321"))) == [3, 4, 5]


def test_every_name_is_found_by_itself_alone(zattar: Office) -> None:
    for name in (str(row["nome"]) for row in PEOPLE):
        for param in (
            filters.eq("nome", name),
            filters.one_of("nome", [name, "Ninguém"]),
            filters.any_of(filters.condition("nome", "eq", name), filters.condition("id", "lt", 0)),
        ):
            found = zattar.rows(RestCall("GET", "clientes", (("select", "nome"), param), rows=(0, 9)))["rows"]
            assert found == [{"nome": name}], param


def test_a_change_is_written_once_and_tells_the_new_state(zattar: Office) -> None:
    (read,) = zattar.people(requests.person(Tipo.CLIENTE, 3))
    change = requests.update_person(read, requests.phone_columns("celular", "21", "99999-0000"))
    written = answers.updated_person(zattar.rows(change), Tipo.CLIENTE)
    assert written is not None and written.celular == ("21", "99999-0000")
    assert written.updated_at_us is not None and read.updated_at_us is not None
    assert written.updated_at_us > read.updated_at_us
    assert zattar.people(requests.person(Tipo.CLIENTE, 3)) == [written]
    assert answers.updated_person(zattar.rows(change), Tipo.CLIENTE) is None  # the same again: somebody wrote meanwhile
    assert zattar.people(requests.person(Tipo.CLIENTE, 3)) == [written]


def test_a_row_without_updated_at_can_be_changed_once(zattar: Office) -> None:
    (read,) = zattar.people(requests.person(Tipo.TERCEIRO, 1), Tipo.TERCEIRO)
    change = requests.update_person(read, requests.emails_column(["p@exemplo.test"]))
    written = answers.updated_person(zattar.rows(change), Tipo.TERCEIRO)
    assert written is not None and written.updated_at and written.emails == ("p@exemplo.test",)
    assert answers.updated_person(zattar.rows(change), Tipo.TERCEIRO) is None


def test_emails_are_cleared_to_an_empty_list_and_phones_to_null(zattar: Office) -> None:
    (read,) = zattar.people(requests.person(Tipo.CLIENTE, 1))
    cleared = {**requests.emails_column([]), **requests.phone_columns("celular", None, None)}
    written = answers.updated_person(zattar.rows(requests.update_person(read, cleared)), Tipo.CLIENTE)
    assert written is not None and (written.emails, written.celular.is_empty, written.municipio) == (
        (),
        True,
        "São Paulo",
    )


def mapping(**changes: Any) -> dict[str, Any]:
    row = {"tipo_entidade": "cliente", "entidade_id": 1, "chatwoot_contact_id": 50, "chatwoot_account_id": 1}
    return {**row, "sincronizado": True, "dados_sincronizados": {"nome": "Maria"}, **changes}


def test_a_mapping_is_put_once_and_changed_after_that(zattar: Office) -> None:
    (first,) = zattar.rows(registry.mirror_mapping(mapping()))["rows"]
    (second,) = zattar.rows(registry.mirror_mapping(mapping(sincronizado=False, erro_sincronizacao="x")))["rows"]
    assert (second["id"], second["created_at"]) == (first["id"], first["created_at"])
    assert (second["sincronizado"], second["erro_sincronizacao"]) == (False, "x")
    (partly,) = zattar.rows(registry.mirror_mapping({**mapping(), "erro_sincronizacao": None}))["rows"]
    assert partly["dados_sincronizados"] == {"nome": "Maria"}
    assert zattar.rows(registry.mapping(Tipo.CLIENTE, 1))["rows"] == [partly]
    assert zattar.rows(registry.mapping(Tipo.TERCEIRO, 1))["rows"] == []
    assert zattar.rows(registry.unsynced_mappings())["rows"] == []


def test_columns_left_out_of_an_upsert_keep_their_value(zattar: Office) -> None:
    zattar.rows(registry.mirror_mapping(mapping(erro_sincronizacao="x")))
    few = {name: value for name, value in mapping().items() if name not in ("sincronizado", "dados_sincronizados")}
    (after,) = zattar.rows(registry.mirror_mapping(few))["rows"]
    assert (after["erro_sincronizacao"], after["dados_sincronizados"]) == ("x", {"nome": "Maria"})


def test_a_contact_of_another_person_is_refused_by_its_key(zattar: Office) -> None:
    zattar.rows(registry.mirror_mapping(mapping()))
    refused = zattar.call(registry.mirror_mapping(mapping(entidade_id=2)))
    assert errors.violated_key(refused) == ("chatwoot_account_id", "chatwoot_contact_id")
    plain = registry.upsert("partes_chatwoot", [mapping(chatwoot_contact_id=51)], ["id"], ["id"])
    assert errors.violated_key(zattar.call(plain)) == ("tipo_entidade", "entidade_id")


def patch(table: str, number: str, body: dict[str, Any]) -> RestCall:
    params = (("select", "id"), ("id", f"eq.{number}"))
    return RestCall("PATCH", table, params, body, ("return=representation",))


REFUSED = {
    "another word than allowed": (registry.mirror_mapping(mapping(tipo_entidade="juiz")), "23514"),
    "a needed column is null": (registry.mirror_mapping(mapping(chatwoot_contact_id=None)), "23502"),
    "no number": (registry.mirror_mapping(mapping(entidade_id="um")), "22p02"),
    "too big a number": (registry.mirror_mapping(mapping(chatwoot_account_id=2**31)), "22003"),
    "an id of one's own": (registry.mirror_mapping(mapping(id=5)), "428c9"),
    "no such constraint": (registry.upsert("partes_chatwoot", [mapping()], ["entidade_id"], ["id"]), "42p10"),
    "a partial index": (
        registry.upsert(
            "terceiros",
            [{"nome": "P", "tipo_pessoa": "pf", "tipo_parte": "X", "polo": "A", "cpf": "1"}],
            ["cpf"],
            ["id"],
        ),
        "42p10",
    ),
    "one row twice": (
        registry.upsert("partes_chatwoot", [mapping(), mapping()], ["tipo_entidade", "entidade_id"], ["id"]),
        "21000",
    ),
    "another integration than allowed": (registry.put_integration("outra", "X", {"configuracao": {}}), "23514"),
    "no such person's address": (
        patch("clientes", "1", {"endereco_id": 99}),
        "23503",
    ),
    "a person's CPF twice": (
        patch("clientes", "1", {"cpf": "22233344405"}),
        "23505",
    ),
    "no kind of person": (
        patch("clientes", "1", {"tipo_pessoa": "xx"}),
        "22p02",
    ),
    "an id changed": (
        patch("clientes", "1", {"id": 9}),
        "428c9",
    ),
    "no timestamp": (RestCall("GET", "clientes", (("select", "id"), ("updated_at", "gt.ontem")), rows=(0, 1)), "22007"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_refused_with_the_same_code_and_changes_nothing(zattar: Office, case: str) -> None:
    call, code = REFUSED[case]
    outcome = zattar.call(call)
    assert getattr(outcome, "code", outcome) == code
    assert zattar.rows(registry.unsynced_mappings())["rows"] == []
    assert zattar.rows(registry.mapping(Tipo.CLIENTE, 1))["rows"] == []
    assert zattar.bodies() == []


def test_one_bad_row_undoes_the_whole_statement(zattar: Office) -> None:
    many = [mapping(), mapping(entidade_id=2, chatwoot_contact_id=51), mapping(entidade_id=3)]
    outcome = zattar.call(registry.upsert("partes_chatwoot", many, ["tipo_entidade", "entidade_id"], ["id"]))
    assert isinstance(outcome, Rejected) and outcome.code == "23505"
    assert zattar.rows(registry.mapping(Tipo.CLIENTE, 1))["rows"] == []
    assert isinstance(zattar.call(registry.mirror_mapping(mapping())), Succeeded)


def test_integrations_oldest_first_and_changed_only_as_read(zattar: Office) -> None:
    config = {"api_url": "https://chat.exemplo.test", "api_key": "chave-inventada", "account_id": 1}
    (made,) = answers.integrations(zattar.rows(registry.put_integration("chatwoot", "Um", {"configuracao": config})))
    zattar.rows(registry.put_integration("chatwoot", "Dois", {"configuracao": {}, "ativo": False}))
    zattar.rows(registry.put_integration("dify", "Outro", {"configuracao": {}}))
    assert [one.nome for one in answers.integrations(zattar.rows(registry.integrations("chatwoot")))] == ["Um"]
    everything = answers.integrations(zattar.rows(registry.integrations(only_active=False)))
    assert [one.nome for one in everything] == ["Um", "Dois", "Outro"]
    assert made.configuracao == config and made.ativo
    off = registry.update_integration(made.id, made.updated_at, {"ativo": False})
    assert [one.ativo for one in answers.integrations(zattar.rows(off))] == [False]
    assert answers.integrations(zattar.rows(off)) == ()
    assert len(answers.integrations(zattar.rows(registry.integration(made.id)))) == 1


def told(bodies: list[dict[str, Any]]) -> list[Any]:
    """Bodies without what no two runs share: times, and the uuids that a database makes."""
    text = json.dumps(bodies, sort_keys=True)
    found = json.loads(text)
    for body in found:
        for row in (body["record"], body["old_record"]):
            for column in [name for name in row or {} if name in ("created_at", "updated_at")]:
                row[column] = row[column] is not None
            if body["table"] == "integracoes" and row:
                row["id"] = len(row["id"])
    return list(found)


def edits(office: Office) -> None:
    """What people do in Zattar, with noise in between."""
    office.rows(patch("clientes", "1", {"nome": "Maria Silva"}))
    office.rows(patch("clientes", "1", {"nome": "Maria Silva"}))
    office.rows(
        patch("clientes", "2", {"ultima_atualizacao_pje": "2026-01-01T00:00:00Z", "dados_anteriores": {"a": 1}})
    )
    office.rows(patch("enderecos", "7", {"municipio": "Santos"}))
    office.rows(patch("enderecos", "7", {"dados_pje_completo": {"x": [1]}}))
    new = {"tipo_pessoa": "pj", "nome": "Empresa", "emails": ["e@exemplo.test"]}
    office.rows(registry.upsert("partes_contrarias", [new, {**new, "nome": "Outra"}], ["id"], ["id"]))
    office.rows(registry.put_integration("chatwoot", "Um", {"configuracao": {"api_key": "a"}}))
    office.rows(registry.put_integration("chatwoot", "Um", {"configuracao": {"api_key": "b"}}))
    office.rows(registry.put_integration("chatwoot", "Um", {"configuracao": {"api_key": "b"}}))
    office.rows(registry.mirror_mapping(mapping()))


def test_the_fake_posts_what_the_installed_triggers_post(real: Office) -> None:
    fake = fake_office()
    edits(fake)
    edits(real)
    assert told(fake.bodies()) == told(real.bodies())
    assert [(body["type"], body["table"]) for body in real.bodies()] == [
        ("UPDATE", "clientes"),
        ("UPDATE", "enderecos"),
        ("INSERT", "partes_contrarias"),
        ("INSERT", "partes_contrarias"),
        ("INSERT", "integracoes"),
        ("UPDATE", "integracoes"),
    ]
    for body in fake.bodies():
        (event,) = events.parse(json.dumps(body).encode())
        assert not isinstance(event, events.Ignored)


CONDITIONS = [
    ("cpf", "not.eq.22233344405"),
    ("cpf", "neq.22233344405"),
    ("cpf", "not.is.null"),
    ("not.or", "(cpf.eq.22233344405,nome.eq.Maria)"),
    ("not.and", "(cpf.eq.22233344405,ativo.is.true)"),
    ("or", "(not.and(cpf.is.null,ativo.is.false),id.eq.3)"),
    ("cpf", "not.in.(22233344405)"),
    ("ativo", "is.false"),
    ("ativo", "not.is.true"),
    ("nome", "ilike.*MARIA*"),
    ("nome", "like.Jo_o"),
    ("nome", "not.like.*a*"),
    ("emails", 'cs.["maria@exemplo.test"]'),
    ("emails", 'not.cs.["maria@exemplo.test"]'),
    ("emails", "cs.[]"),
    ("updated_at", "lte.2026-11-25T10:00:00Z"),
    ("id", "in.(5,3,1)"),
]


def test_conditions_know_what_is_unknown(zattar: Office) -> None:
    """Which rows each condition finds on a real PostgreSQL, NULLs among them."""
    found = []
    for condition in CONDITIONS:
        call = RestCall("GET", "clientes", (("select", "id"), condition, ("order", "id.asc")), rows=(0, 9))
        found.append([row["id"] for row in zattar.rows(call)["rows"]])
    assert found == [
        *([1], [1], [1, 2], [], [1, 3], [1, 2, 3, 4, 5], [1], [3], [3]),
        *([1], [4], [2, 4, 5], [1, 5], [2, 4], [1, 2, 4, 5], [1, 2, 5], [1, 3, 5]),
    ]


def test_timestamps_are_written_with_the_digits_they_have(zattar: Office) -> None:
    call = RestCall("GET", "clientes", (("select", "updated_at"), ("order", "id.asc")), rows=(0, 9))
    assert [row["updated_at"] for row in zattar.rows(call)["rows"]] == [
        "2026-11-25T10:00:00+00:00",
        "2026-11-25T10:00:00+00:00",
        "2026-11-25T10:00:00.5+00:00",
        "2026-11-25T10:00:00.000001+00:00",
        "2026-11-24T10:00:00+00:00",
    ]
