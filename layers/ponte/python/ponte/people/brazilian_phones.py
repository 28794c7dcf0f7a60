"""Area code and number, kept apart and written anyhow, as one international number, and back.

No digit is gained or lost: an 8-digit mobile stays one, a landline has no ninth digit. Whether two numbers are one line
is `phone_numbers.line`'s business.
"""

import re
from typing import NamedTuple

from ponte.people.phone_numbers import BRAZILIAN_AREAS, digits, line, to_e164

_COUNTRY = "55"
_AREA = re.compile(rf"0?({BRAZILIAN_AREAS})")
# Landlines begin with 2 to 5, mobiles of before the ninth digit with 6 to 9, mobiles of today with 9 and have nine.
_LOCAL = re.compile(r"(?:55)?([2-9][0-9]{7}|9[0-9]{8})")  # a country code in a pair that has its area apart
_NATIONAL = re.compile(rf"0?({BRAZILIAN_AREAS})([2-9][0-9]{{7}}|9[0-9]{{8}})")
_FULL = re.compile(rf"55({BRAZILIAN_AREAS})([2-9][0-9]{{7}}|9[0-9]{{8}})")


class AreaAndNumber(NamedTuple):
    ddd: str
    numero: str


def e164(ddd: str, numero: str) -> str:
    """ "+55" and the digits of a pair, "" for what is no phone.

    The number may already hold the country code, the area code, or both; an area of its own counts, except that 55
    beside another area code is the country. Without an area code anywhere there is no number. A number written with
    another country's "+" stays that country's.
    """
    found = digits(numero)
    area, local = _AREA.fullmatch(_area_digits(ddd)), _LOCAL.fullmatch(found)
    if area and local:
        return f"+{_COUNTRY}{area[1]}{local[1]}"
    if _FULL.fullmatch(found):
        return f"+{found}"
    if numero.strip().startswith(("+", "00")):
        return "" if found.startswith(_COUNTRY) else to_e164(found)
    national = _NATIONAL.fullmatch(found)
    return f"+{_COUNTRY}{national[1]}{national[2]}" if national else ""


def pair(phone: str) -> AreaAndNumber | None:
    """The area code and number of a Brazilian number in international form; None for any other country's."""
    found = _FULL.fullmatch(digits(phone))
    return AreaAndNumber(found[1], found[2]) if found else None


def is_same_line(ddd: str, numero: str, phone: str) -> bool:
    """Whether a pair and an international number are one line. Nothing never equals nothing."""
    ours = line(e164(ddd, numero))
    return bool(ours) and ours == line(phone)


def last_eight(phone: str) -> str:
    """The digits that all written forms of a Brazilian number end in; "" for any other number."""
    found = pair(phone)
    return found.numero[-8:] if found else ""


def _area_digits(ddd: str) -> str:
    """An area code, from which a country code written in the same column is taken off."""
    found = digits(ddd)
    return found.removeprefix(_COUNTRY) if len(found) > 3 else found
