"""Which of our languages a reader asked for."""

LANGUAGES = ("pt-BR", "en")
MAX_CHARS = 500  # of a header whose author we do not know
MAX_RANGES = 20


def preferred(accept_language: str, default: str) -> str:
    """The language of an Accept-Language header that we speak and that is wanted most; default where none is.

    Any kind of Portuguese is pt-BR, any kind of English en. What is refused (q=0) is never chosen.
    Source: RFC 9110, 12.5.4.
    """
    best, language = 0.0, default
    for part in accept_language[:MAX_CHARS].split(",")[:MAX_RANGES]:
        tag, *parameters = (each.strip() for each in part.split(";"))
        spoken = next((each for each in LANGUAGES if each[:2] == tag.partition("-")[0].lower()), "")
        weight = _weight(parameters)
        if spoken and weight > best:
            best, language = weight, spoken
    return language


def _weight(parameters: list[str]) -> float:
    for each in parameters:
        name, _, value = each.partition("=")
        if name.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return weight if 0.0 <= weight <= 1.0 else 0.0
    return 1.0
