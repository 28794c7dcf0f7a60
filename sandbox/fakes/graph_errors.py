"""Graph's errors as values, shaped as the project's recorded samples."""

from typing import Any


class GraphError(Exception):
    """details: goes to error_data, where Meta says what exactly is wrong."""

    def __init__(
        self,
        code: int,
        message: str,
        details: str = "",
        *,
        status: int = 400,
        kind: str = "OAuthException",
        sub: int = 0,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.details = details
        self.status = status
        self.kind = kind
        self.sub = sub

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.sub:
            body["error_subcode"] = self.sub
        if self.details:
            body["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {**body, "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam"}


def missing(parameter: str) -> GraphError:
    return GraphError(100, f"(#100) The parameter {parameter} is required.", f"{parameter} is missing")


def invalid(details: str) -> GraphError:
    return GraphError(100, "(#100) Invalid parameter", details)


def bad_value(details: str) -> GraphError:
    return GraphError(131009, "(#131009) Parameter value is not valid", details)


def unknown_object(name: str, status: int = 400) -> GraphError:
    message = (
        f"Unsupported post request. Object with ID '{name}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation."
    )
    return GraphError(100, message, status=status, kind="GraphMethodException", sub=33)
