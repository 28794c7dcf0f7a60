"""How a person of Zattar shows in Chatwoot: name, first e-mail, best phone, our labels and attributes.

Facts of the office's own integration that its users know: names in capitals without accents, the mobile phone before
the business one and never the residential one, the labels. Its identifier is not: a CPF would put personal data into
every webhook and makes one contact of somebody who is a client here and the other party there.
Source: zattar-os, src/lib/chatwoot (read 2026-11).
"""

import unicodedata
from typing import Literal

from ponte.digest import digest
from ponte.people.brazilian_phones import e164
from ponte.people.shared import Shown
from ponte.zattar.values import Person, Tipo

type Pair = Literal["celular", "comercial"]

ROLE_LABELS = {tipo: tipo.value for tipo in Tipo}
PART_LABELS = {"testemunha": "testemunha", "perito": "perito", "assistente": "assistente"}
PUBLIC_ATTORNEY = ("ministerio publico", "ministerio_publico")
KIND_LABELS = {"pf": "pessoa_fisica", "pj": "pessoa_juridica"}
OUR_LABELS = frozenset(
    {"zattar", "ministerio_publico", *ROLE_LABELS.values(), *PART_LABELS.values(), *KIND_LABELS.values()}
)
"""Labels that only we set: with any of them that does not fit the person, the contact is put right."""

ATTRIBUTES = ("sistema_origem", "tipo_entidade", "entidade_id", "tipo_pessoa", "nome_fantasia")
MAX_NAME = 255


def identifier(tipo: str, entity_id: int) -> str:
    return f"zattar_{tipo}_{entity_id}"


def read_identifier(written: str) -> tuple[Tipo, int] | None:
    """The inverse of `identifier`; None for anybody else's."""
    head, _, number = written.removeprefix("zattar_").rpartition("_")
    if not written.startswith("zattar_") or head not in list(Tipo) or not number.isascii() or not number.isdigit():
        return None
    return (Tipo(head), int(number)) if 0 < len(number) <= 19 and number[0] != "0" else None


def shown(person: Person) -> Shown:
    """What Chatwoot is to show of a person. The address is not part of it: a row's webhook does not tell it."""
    return Shown(
        name=plain(person.nome)[:MAX_NAME] or identifier(person.tipo, person.id),
        email=person.emails[0].strip().lower() if person.emails else "",
        phone=phone_of(person)[0],
        labels=labels(person),
        attributes={
            "sistema_origem": "zattar",
            "tipo_entidade": person.tipo.value,
            "entidade_id": person.id,
            "tipo_pessoa": person.tipo_pessoa or None,
            "nome_fantasia": person.nome_fantasia.strip() or None,
        },
    )


def phone_of(person: Person) -> tuple[str, Pair]:
    """The phone as E.164 and the pair of columns that it came from; ("", "celular") where there is none."""
    for pair, columns in (("celular", person.celular), ("comercial", person.comercial)):
        found = e164(columns.ddd, columns.numero)
        if found:
            return found, "celular" if pair == "celular" else "comercial"
    return "", "celular"


def labels(person: Person) -> frozenset[str]:
    found = {"zattar", ROLE_LABELS[person.tipo]}
    if person.tipo_pessoa:
        found.add(KIND_LABELS[person.tipo_pessoa])
    part = plain(person.tipo_parte).lower()
    if part in PART_LABELS:
        found.add(PART_LABELS[part])
    if any(words in part for words in PUBLIC_ATTORNEY):
        found.add("ministerio_publico")
    return frozenset(found)


def plain(name: str) -> str:
    """Capitals without accents on one line: as the office's users know names in Chatwoot."""
    decomposed = unicodedata.normalize("NFKD", name)
    return " ".join("".join(each for each in decomposed if not unicodedata.combining(each)).upper().split())


def person_mark(person: Person) -> str:
    """Of a row as it shows; the link keeps the one that was seen last."""
    return mark(shown(person), labelled=True)


def mark(side: Shown, *, labelled: bool) -> str:
    """By what an event that changes nothing is known. labelled: whether the event tells labels, as rows do."""
    attributes = [(key, str(side.attributes.get(key) or "")) for key in ATTRIBUTES]
    named = sorted(side.labels) if labelled else []
    return digest(side.name, side.email, side.phone, *named, *(f"{key}={value}" for key, value in attributes))
