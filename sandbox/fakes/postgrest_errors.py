"""PostgREST's error bodies, {code, message, details, hint}, with the HTTP status that each code comes with.

Source: docs.postgrest.org/en/v13/references/errors (read 2026-11-25).
"""

from typing import Any

_STATUSES = {"23505": 409, "23503": 409, "42501": 403, "42P01": 404, "57014": 500, "21000": 500}
_CLASSES = {"08": 503, "53": 503, "40": 500, "55": 500, "57": 500, "XX": 500}


class PostgrestError(Exception):
    """status: by the code unless it is given."""

    def __init__(
        self, code: str, message: str, details: str | None = None, hint: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.details = details
        self.hint = hint
        self.status = status or _STATUSES.get(code) or _CLASSES.get(code[:2], 400)

    def body(self) -> dict[str, Any]:
        return {"code": self.code, "details": self.details, "hint": self.hint, "message": self.message}


def unparsable(what: str, value: str) -> PostgrestError:
    return PostgrestError("PGRST100", f'"failed to parse {what} ({value})" (line 1, column 1)', "unexpected input")


def unknown_column(table: str, column: str) -> PostgrestError:
    return PostgrestError("42703", f"column {table}.{column} does not exist")


def unknown_table(table: str) -> PostgrestError:
    return PostgrestError(
        "PGRST205", f"Could not find the table 'public.{table}' in the schema cache", None, None, status=404
    )
