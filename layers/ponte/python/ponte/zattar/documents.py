"""CPF and CNPJ as people write them, brought to one form by which two rows can be compared.

Check digits are not judged: courts' systems hold wrong ones, and a row is what it is. What has another shape, or is one
digit repeated (a placeholder), is no document, so that nothing matches nothing.
"""

import re

_SEPARATORS = re.compile(r"[.\-/\s]")
_CPF = re.compile(r"[0-9]{11}")
# CNPJs issued since July 2026 hold letters before their two check digits (Receita Federal, IN RFB 2.229/2024).
_CNPJ = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_LONGEST = 40  # a CNPJ with a blank between all signs; longer texts are no document


def cpf(written: str) -> str:
    """The 11 digits, or ""."""
    return _plain(written, _CPF)


def cnpj(written: str) -> str:
    """The 14 signs, letters in upper case, or ""."""
    return _plain(written, _CNPJ)


def written_forms(document: str) -> tuple[str, ...]:
    """How a plain CPF or CNPJ may stand in a row: without and with its usual punctuation; () for anything else."""
    if _CPF.fullmatch(document):
        return document, f"{document[:3]}.{document[3:6]}.{document[6:9]}-{document[9:]}"
    if _CNPJ.fullmatch(document):
        return document, f"{document[:2]}.{document[2:5]}.{document[5:8]}/{document[8:12]}-{document[12:]}"
    return ()


def _plain(written: str, shape: re.Pattern[str]) -> str:
    if len(written) > _LONGEST:
        return ""
    found = _SEPARATORS.sub("", written).upper()
    return found if shape.fullmatch(found) and len(set(found)) > 1 else ""
