"""Whom an unlinked contact may be: by document, phone in both forms, e-mail; and by nothing else."""

from typing import Any

import pytest

from ponte.chatwoot.values import Contact
from ponte.relays.people_matches import Traits, ending, grade, reasons, traits_of
from ponte.zattar.values import Person, PhonePair, Tipo

MARIA = Person(
    Tipo.CLIENTE,
    7,
    nome="Maria da Silva",
    documento="12345678909",
    emails=("outra@exemplo.com.br", "Maria@Exemplo.com.br"),
    celular=PhonePair("31", "98877-6655"),
    comercial=PhonePair("11", "3322-1100"),
)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"custom_attributes": {"CPF": "123.456.789-09"}}, ("document",)),
        ({"identifier": "12345678909"}, ("document",)),
        ({"phone_number": "+5531988776655"}, ("phone",)),
        ({"phone_number": "+553188776655"}, ("phone",)),
        ({"phone_number": "+551133221100"}, ("phone",)),
        ({"email": "MARIA@exemplo.com.br"}, ("email",)),
        ({"email": "maria@exemplo.com.br", "phone_number": "+5531988776655"}, ("phone", "email")),
        ({"name": "Maria da Silva"}, ()),
        ({"phone_number": "+5511988776655"}, ()),
        ({"phone_number": "+5511933221100"}, ()),
        ({"phone_number": "31988776655"}, ()),
        ({"custom_attributes": {"cpf": "123.456.789-08"}}, ()),
        ({"custom_attributes": {"processo": "12345678909"}}, ()),
        ({"custom_attributes": {"cpf": "111.111.111-11"}}, ()),
        ({"email": ""}, ()),
        ({}, ()),
    ],
    ids=str,
)
def test_a_contact_may_be_the_person(fields: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert reasons(traits_of(Contact(1, **fields)), MARIA) == expected


def test_nothing_never_equals_nothing() -> None:
    nobody = Person(Tipo.CLIENTE, 8, nome="Ana", emails=("",))
    assert reasons(Traits(), nobody) == ()
    assert traits_of(Contact(1, email=" ", phone_number="", identifier="")).is_empty


@pytest.mark.parametrize(
    ("found", "expected"),
    [(("document",), "strong"), (("phone", "email"), "strong"), (("phone",), "weak"), (("email",), "weak")],
)
def test_a_phone_or_an_email_alone_is_weak(found: tuple[str, ...], expected: str) -> None:
    assert grade(found) == expected


def test_a_number_abroad_is_not_looked_for_by_its_ending() -> None:
    assert ending(Traits(phone="+351912345678")) == ""
    assert ending(Traits(phone="+5531988776655")) == "88776655"
