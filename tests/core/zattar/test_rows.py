"""What is read out of a row, whatever it holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ponte.zattar import documents, rows
from ponte.zattar.values import PhonePair, Tipo, changes, instant_us

from . import people_rows

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def test_a_cliente_with_the_address_embedded() -> None:
    row = people_rows.cliente(endereco={"id": 7, "municipio": "São Paulo", "estado_sigla": "SP"})
    person = rows.person(Tipo.CLIENTE, row)
    assert person is not None
    assert (person.tipo, person.id, person.tipo_pessoa) == ("cliente", 41, "pf")
    assert person.nome == "Maria da Conceição"
    assert person.documento == "11144477735"
    assert person.emails == ("maria@exemplo.test", "m2@exemplo.test")
    assert person.celular == PhonePair("11", "98765-4321")
    assert person.comercial == PhonePair("11", "3222-1100")
    assert person.residencial.is_empty
    assert (person.municipio, person.estado_sigla) == ("São Paulo", "SP")
    assert person.ativo is True
    assert person.updated_at == "2026-11-25T10:00:00.123456+00:00"
    assert person.updated_at_us == 1_795_600_800_123_456


def test_terceiros_name_their_columns_in_another_way() -> None:
    person = rows.person(Tipo.TERCEIRO, people_rows.terceiro(nome_social_fantasia="de outra tabela"))
    assert person is not None
    assert (person.nome_fantasia, person.tipo_parte, person.polo) == ("Perícias Silva", "PERITO", "ATIVO")
    assert person.ativo is None
    other = rows.person(Tipo.CLIENTE, people_rows.cliente(nome_fantasia="de outra tabela", tipo_parte="PERITO"))
    assert other is not None
    assert (other.nome_fantasia, other.tipo_parte) == ("", "")


def test_the_document_is_that_of_the_kind_of_person() -> None:
    both = {"cpf": "111.444.777-35", "cnpj": "11.222.333/0001-81"}
    company = rows.person(Tipo.CLIENTE, people_rows.cliente(tipo_pessoa="pj", **both))
    private = rows.person(Tipo.CLIENTE, people_rows.cliente(tipo_pessoa="pf", **both))
    assert company is not None and company.documento == "11222333000181"
    assert private is not None and private.documento == "11144477735"


@pytest.mark.parametrize(
    ("node", "emails", "plain"),
    [
        (None, (), True),
        ([], (), True),
        (["a@b.test"], ("a@b.test",), True),
        (["a@b.test", None], ("a@b.test",), False),
        ([{"email": "a@b.test"}], (), False),
        ("a@b.test", (), False),
        ({"0": "a@b.test"}, (), False),
        ([f"{n}@b.test" for n in range(60)], tuple(f"{n}@b.test" for n in range(50)), False),
    ],
)
def test_emails_that_are_no_list_of_texts_are_marked(node: Any, emails: tuple[str, ...], plain: bool) -> None:
    assert rows.emails(node) == (emails, plain)


@pytest.mark.parametrize(
    "row", [None, [], "x", 1, {}, {"id": None}, {"id": 0}, {"id": -1}, {"id": True}, {"id": 2**63}]
)
def test_without_an_id_there_is_no_person(row: Any) -> None:
    assert rows.person(Tipo.CLIENTE, row) is None


@given(st.dictionaries(st.sampled_from([*people_rows.cliente(), "endereco"]), JSON))
def test_any_column_may_be_missing_or_of_another_type(row: dict[str, Any]) -> None:
    person = rows.person(Tipo.CLIENTE, row)
    assert person is None or person.id > 0
    rows.integration(row)


def test_nothing_personal_shows_in_a_repr() -> None:
    person = rows.person(Tipo.CLIENTE, people_rows.cliente(endereco={"municipio": "São Paulo"}))
    shown = repr(person) + repr(rows.integration(people_rows.integracao()))
    for personal in ("Maria", "111", "maria@", "98765", "3222", "Paulo", "chave"):
        assert personal not in shown


@pytest.mark.parametrize(
    ("column", "value", "changed"),
    [
        ("nome", "Maria Conceição", ("nome",)),
        ("cpf", "11144477735", ()),
        ("cpf", "222.333.444-05", ("documento",)),
        ("numero_celular", "987654321", ()),
        ("numero_celular", "987654322", ("celular",)),
        ("ddd_comercial", None, ("comercial",)),
        ("numero_residencial", "32221100", ()),
        ("emails", ["MARIA@exemplo.test", "m2@exemplo.test"], ()),
        ("emails", [], ("emails",)),
        ("endereco_id", 8, ("endereco_id",)),
        ("ativo", False, ("ativo",)),
        ("situacao_pje", "I", ()),
        ("updated_at", "2026-11-25T11:00:00+00:00", ()),
    ],
)
def test_only_what_a_contact_is_made_of_counts_as_a_change(column: str, value: Any, changed: tuple[str, ...]) -> None:
    before = rows.person(Tipo.CLIENTE, people_rows.cliente())
    after = rows.person(Tipo.CLIENTE, people_rows.cliente(**{column: value}))
    assert before is not None and after is not None
    assert changes(before, after) == changed


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("111.444.777-35", "11144477735"),
        (" 11144477735 ", "11144477735"),
        ("1114447773", ""),
        ("000.000.000-00", ""),
        ("", ""),
        ("isento", ""),
        ("١١١٤٤٤٧٧٧٣٥", ""),
        ("1" * 5_000, ""),
    ],
)
def test_cpf(written: str, expected: str) -> None:
    assert documents.cpf(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("11.222.333/0001-81", "11222333000181"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("12ABC34501DEXX", ""),
        ("11222333000", ""),
    ],
)
def test_cnpj(written: str, expected: str) -> None:
    assert documents.cnpj(written) == expected


def test_written_forms_are_read_back_as_the_same_document() -> None:
    assert documents.written_forms("11144477735") == ("11144477735", "111.444.777-35")
    assert documents.written_forms("12ABC34501DE35") == ("12ABC34501DE35", "12.ABC.345/01DE-35")
    assert documents.written_forms("123") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-11-25T10:00:00.1234+00:00", "2026-11-25T10:00:00.123400Z"),
        ("2026-11-25T07:00:00-03:00", "2026-11-25 10:00:00+00"),
        ("2026-11-25T10:00:00", "2026-11-25T10:00:00+00:00"),
    ],
)
def test_one_instant_written_in_two_ways(one: str, other: str) -> None:
    assert instant_us(one) == instant_us(other) is not None


@pytest.mark.parametrize("timestamp", ["", "infinity", "ontem", "2026-13-01T00:00:00Z"])
def test_no_instant(timestamp: str) -> None:
    assert instant_us(timestamp) is None
