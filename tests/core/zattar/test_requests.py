"""What goes out to PostgREST: address, headers, body; no value becomes a filter, no key goes to a stranger."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.errors import HostRefused
from ponte.http import HttpRequest
from ponte.zattar import filters, registry, requests, rows
from ponte.zattar.rest import Project, RestCall
from ponte.zattar.values import Person, Position, Tipo

from . import people_rows

PROJECT = Project("abcdefghijklmnopqrst.supabase.co", "sb_secret_inventada")


def person(**changes: object) -> Person:
    read = rows.person(Tipo.CLIENTE, people_rows.cliente(**changes))
    assert read is not None
    return read


def sent(call: RestCall) -> HttpRequest:
    return call.request(PROJECT)


def query(call: RestCall) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(sent(call).url).query, keep_blank_values=True)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_one_person_with_the_columns_named_and_the_address_embedded() -> None:
    call = requests.person(Tipo.CLIENTE, 41)
    request = sent(call)
    assert (request.method, urlsplit(request.url).path) == ("GET", "/rest/v1/clientes")
    assert request.headers["apikey"] == PROJECT.service_key
    assert request.headers["Authorization"] == f"Bearer {PROJECT.service_key}"
    assert (request.headers["Range-Unit"], request.headers["Range"]) == ("items", "0-0")
    columns = query(call)["select"]
    assert "*" not in columns
    assert columns.endswith("endereco:enderecos(id,municipio,estado_sigla)")
    assert "nome_social_fantasia" in columns and "tipo_parte" not in columns
    assert query(call)["id"] == "eq.41"


def test_terceiros_are_asked_for_their_own_columns() -> None:
    columns = query(requests.person(Tipo.TERCEIRO, 9))["select"].split(",")
    assert {"nome_fantasia", "tipo_parte", "polo"} <= set(columns)
    assert "nome_social_fantasia" not in columns


def test_no_secret_in_an_address_nor_in_a_repr() -> None:
    call = requests.people_with_email(Tipo.CLIENTE, "maria@exemplo.test")
    assert PROJECT.service_key not in sent(call).url
    assert PROJECT.service_key not in repr(PROJECT)
    assert "maria" not in repr(call)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "abc.supabase.co.evil.example",
        "abc.supabase.co@evil.example",
        "abc.supabase.co:8443",
        "abc.supabase.co/rest",
        "a.b.supabase.co",
        "supabase.co",
        "\uff41bc.supabase.co",
        "http://abc.supabase.co",
    ],
)
def test_the_key_goes_to_no_other_host(host: str) -> None:
    with pytest.raises(HostRefused):
        RestCall("GET", "clientes").request(Project(host, "k"))


def test_the_host_may_be_written_as_an_address() -> None:
    request = RestCall("GET", "clientes").request(Project("https://ABC.supabase.co/", "k"))
    assert request.url == "https://abc.supabase.co/rest/v1/clientes"


def test_pages_go_by_updated_at_and_id() -> None:
    first = requests.people_page(Tipo.CLIENTE, size=50)
    assert query(first)["order"] == "updated_at.asc.nullsfirst,id.asc"
    assert sent(first).headers["Range"] == "0-49"
    later = query(requests.people_page(Tipo.CLIENTE, Position("2026-11-25T10:00:00.1+00:00", 41)))
    moment = '"2026-11-25T10:00:00.1+00:00"'
    assert later["or"] == f'(updated_at.gt.{moment},and(updated_at.eq.{moment},id.gt."41"))'
    without = query(requests.people_page(Tipo.CLIENTE, Position("", 41)))
    assert without["or"] == '(and(updated_at.is.null,id.gt."41"),updated_at.not.is.null)'


def test_a_plus_of_an_offset_survives_the_address() -> None:
    call = requests.people_page(Tipo.CLIENTE, since="2026-11-25T10:00:00+00:00", only_active=True)
    assert query(call)["updated_at"] == "gte.2026-11-25T10:00:00+00:00"
    assert query(call)["ativo"] == "is.true"
    assert "+" not in sent(call).url


@pytest.mark.parametrize("size", [0, -1, 1001])
def test_no_page_beyond_the_cap(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        requests.people_page(Tipo.CLIENTE, size=size)


def test_counting_brings_no_rows() -> None:
    request = sent(requests.count_people(Tipo.PARTE_CONTRARIA))
    assert (request.method, request.headers["Prefer"], request.body) == ("HEAD", "count=exact", b"")


def test_an_update_says_which_state_it_was_decided_on() -> None:
    read = person()
    call = requests.update_person(read, requests.phone_columns("celular", "21", None))
    request = sent(call)
    assert (request.method, request.headers["Prefer"]) == ("PATCH", "return=representation")
    assert query(call)["id"] == "eq.41"
    assert query(call)["updated_at"] == f"eq.{read.updated_at}"
    assert json.loads(request.body) == {"ddd_celular": "21", "numero_celular": None}


def test_a_row_without_updated_at_can_be_updated_too() -> None:
    call = requests.update_person(person(updated_at=None), requests.emails_column([]))
    assert query(call)["updated_at"] == "is.null"
    assert json.loads(sent(call).body) == {"emails": []}


@pytest.mark.parametrize("changes", [{}, {"nome": "x"}, {"cpf": "1"}, {"emails": [], "id": 1}])
def test_the_bridge_writes_no_other_column_of_people(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="changes"):
        requests.update_person(person(), changes)


def test_emails_that_would_lose_something_are_not_written() -> None:
    with pytest.raises(ValueError, match="emails"):
        requests.update_person(person(emails=[{"tipo": "casa"}]), requests.emails_column(["a@b.test"]))


def test_documents_are_looked_for_in_both_writings() -> None:
    assert query(requests.people_with_document(Tipo.CLIENTE, "11144477735"))["cpf"] == (
        'in.("11144477735","111.444.777-35")'
    )
    assert "cnpj" in query(requests.people_with_document(Tipo.CLIENTE, "11222333000181"))
    with pytest.raises(ValueError, match="document"):
        requests.people_with_document(Tipo.CLIENTE, "")


def test_phones_are_looked_for_by_their_ending() -> None:
    found = query(requests.people_with_phone_ending(Tipo.CLIENTE, "87654321"))["or"]
    assert found == (
        "(numero_celular.like.*8765*4321*,numero_comercial.like.*8765*4321*,numero_residencial.like.*8765*4321*)"
    )


@pytest.mark.parametrize("ending", ["", "8765432", "8765*321", "८७६५४३२१"])
def test_an_ending_that_would_match_everybody_is_refused(ending: str) -> None:
    with pytest.raises(ValueError, match=r"last_eight|digits"):
        requests.people_with_phone_ending(Tipo.CLIENTE, ending)


def test_emails_are_looked_for_inside_the_array() -> None:
    found = query(requests.people_with_email(Tipo.CLIENTE, 'Ma"ria@exemplo.test'))["or"]
    given = r'emails.cs."[\"Ma\\\"ria@exemplo.test\"]"'
    lower = r'emails.cs."[\"ma\\\"ria@exemplo.test\"]"'
    assert found == f"({given},{lower})"


@given(st.text())
def test_a_value_in_quotes_ends_where_it_should(value: str) -> None:
    """Read back by PostgREST's rule: a backslash takes the next sign as it is, the first bare quote is the end."""
    written = filters.quoted(value)
    assert written[0] == '"'
    read, at = "", 1
    while written[at] != '"':
        at += written[at] == "\\"
        read += written[at]
        at += 1
    assert at == len(written) - 1
    assert read == filters.plain(value)


@given(st.text())
def test_a_value_cannot_become_another_parameter(value: str) -> None:
    call = RestCall("GET", "clientes", (filters.eq("nome", value), filters.one_of("cpf", [value])))
    assert set(query(call)) == {"nome", "cpf"}
    assert query(call)["nome"] == f"eq.{filters.plain(value)}"
    assert sent(call).url.isascii()


@given(st.text())
def test_a_body_is_always_utf8_without_nul(value: str) -> None:
    body = sent(requests.update_person(person(), requests.emails_column([value]))).body
    assert "\\u0000" not in body.decode("utf-8")
    json.loads(body)


def test_an_upsert_names_the_constraint_and_never_an_id() -> None:
    row = {"tipo_entidade": "cliente", "entidade_id": 41, "chatwoot_contact_id": 5, "chatwoot_account_id": 1}
    call = registry.mirror_mapping(row)
    request = sent(call)
    assert query(call)["on_conflict"] == "tipo_entidade,entidade_id"
    assert request.headers["Prefer"] == "resolution=merge-duplicates,return=representation"
    assert json.loads(request.body) == [row]
    with pytest.raises(ValueError, match="rows"):
        registry.upsert("partes_chatwoot", [{"a": 1}, {"b": 1}], ["a"], ["a"])
    with pytest.raises(ValueError, match="rows"):
        registry.upsert("partes_chatwoot", [], ["a"], ["a"])


def test_integrations_come_in_one_order_only() -> None:
    asked = query(registry.integrations("chatwoot"))
    assert (asked["tipo"], asked["ativo"], asked["order"]) == ("eq.chatwoot", "is.true", "created_at.asc,id.asc")
    assert {"tipo", "ativo"}.isdisjoint(query(registry.integrations(only_active=False)))


def test_an_integration_is_changed_only_as_it_was_read() -> None:
    call = registry.update_integration(
        "0b6f5f4e-3f3c-4c8e-9d7c-2f6f0a4c1b11", "2026-01-01T00:00:00+00:00", {"ativo": False}
    )
    assert query(call)["updated_at"] == "eq.2026-01-01T00:00:00+00:00"
    with pytest.raises(ValueError, match="changes"):
        registry.update_integration("x", "y", {"tipo": "dify"})
    with pytest.raises(ValueError, match="values"):
        registry.put_integration("chatwoot", "Chatwoot", {"id": "x"})
