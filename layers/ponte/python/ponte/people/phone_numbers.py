"""Which written phones mean the same line: Brazil's ninth digit, Mexico's 1, Argentina's 9.

Ids are kept as they were received and used as reply addresses as they are; the sets here serve only to find somebody
who is already known. There is no rule, by area or by age, for which form WhatsApp uses for an older Brazilian account
(pedroslopez/whatsapp-web.js#596), so both are tried. Numbers are digits with the country code, no plus.
"""

import re
from functools import lru_cache

_WRITTEN = re.compile(r"[0-9\s()\-./+\u2010-\u2015]{1,64}")
_NOT_DIGIT = re.compile(r"[^0-9]")

# The 67 area codes in use (Anatel, Resolução 749/2022, list of Códigos Nacionais; read 2026-11-25).
BRAZILIAN_AREAS = "1[1-9]|2[12478]|3[1234578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9]"
# 55, area, 9 or not, then an 8-digit number that begins as mobiles did before the ninth digit. Numbers beginning with
# 1 to 5 have no second form: without the 9 they would be somebody's landline, and landlines gain none.
_BRAZIL = re.compile(rf"(55(?:{BRAZILIAN_AREAS}))(9?)([6-9][0-9]{{7}})")
# 52 and ten digits, none of which begin with 1; until 2019 mobiles were dialled with a 1 between.
_MEXICO = re.compile(r"52(1?)([2-9][0-9]{9})")
# 549 and ten digits is a mobile; 54 and ten digits may be a landline, so there is no way back.
_ARGENTINA_MOBILE = re.compile(r"549([1-9][0-9]{9})")

_SHORTEST, _LONGEST = 7, 15  # digits of an E.164 number


@lru_cache(maxsize=1024)  # every lookup below begins here, and a message makes a dozen of the same phone
def digits(value: str) -> str:
    """The digits of a phone as people write it, an international "00" or "+" removed.

    "" for what is no phone: letters (BSUIDs, "ramal 12"), nothing, anything longer than E.164 allows.
    """
    if not _WRITTEN.fullmatch(value):
        return ""
    found = _NOT_DIGIT.sub("", value)
    if found.startswith("00"):
        found = found[2:]
    return found if len(found) <= _LONGEST else ""


def match_set(phone: str) -> tuple[str, ...]:
    """Every form under which the same line may be known, the given one first; () for what is no phone.

    phone: international, with or without plus. Only for looking people up: never send to a form that was not received.
    """
    number = digits(phone)
    if not number:
        return ()
    if found := _BRAZIL.fullmatch(number):
        area, ninth, local = found.groups()
        return number, f"{area}{'' if ninth else '9'}{local}"
    if found := _MEXICO.fullmatch(number):
        one, local = found.groups()
        return number, f"52{'' if one else '1'}{local}"
    if found := _ARGENTINA_MOBILE.fullmatch(number):
        return number, f"54{found[1]}"
    return (number,)


def line(phone: str) -> str:
    """One name for a telephone line, whichever of its forms is given; "" for what is no phone.

    Two phones are one person's only if their lines are equal. Argentina's 54 without the 9 may be a landline, so it is
    a line of its own; whoever looks for a mobile there asks for `older_line` as well.
    """
    number = digits(phone)
    if found := _BRAZIL.fullmatch(number):
        area, _, local = found.groups()
        return f"{area}9{local}"
    if found := _MEXICO.fullmatch(number):
        return f"52{found[2]}"
    return number


def older_line(phone: str) -> str:
    """The line under which an Argentine mobile may be known from older lists, "" for every other phone."""
    found = _ARGENTINA_MOBILE.fullmatch(digits(phone))
    return f"54{found[1]}" if found else ""


def to_e164(phone: str) -> str:
    """ "+" and the digits of an international number, no digit gained or lost; "" for what cannot be one.

    National numbers are not guessed at: without a country code the same digits are a line of another country.
    """
    number = digits(phone)
    return f"+{number}" if len(number) >= _SHORTEST and not number.startswith("0") else ""
