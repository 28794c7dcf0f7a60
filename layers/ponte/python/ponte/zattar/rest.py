"""One request to PostgREST as a value: address, service key and headers come only when it is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from ponte.errors import HostRefused
from ponte.http import HttpRequest
from ponte.zattar import hosts
from ponte.zattar.filters import Param

TIMEOUT_SECONDS = 15.0
MAX_ROWS = 1000  # Supabase's default cap; a project may set a lower one, so a short page is never taken for the last

type Method = Literal["GET", "HEAD", "POST", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Project:
    """A Supabase project. host: "<ref>.supabase.co". service_key: sb_secret_... or a service_role JWT."""

    host: str
    service_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RestCall:
    """One request to /rest/v1/{table}. rows: the first and last row wanted. body: JSON types only."""

    method: Method
    table: str
    params: tuple[Param, ...] = field(default=(), repr=False)
    body: Any = field(default=None, repr=False)
    prefer: tuple[str, ...] = ()
    rows: tuple[int, int] | None = None
    timeout_seconds: float = TIMEOUT_SECONDS

    @property
    def is_read(self) -> bool:
        """Whether doing it twice changes nothing."""
        return self.method in ("GET", "HEAD")

    def request(self, project: Project) -> HttpRequest:
        """The request to one project. Raises HostRefused unless its host is a Supabase project's."""
        host = hosts.project_host(project.host)
        if not host:
            raise HostRefused
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.params)
        headers = {
            "apikey": project.service_key,
            "Authorization": f"Bearer {project.service_key}",
            "Accept": "application/json",
        }
        if self.rows is not None:
            headers |= {"Range-Unit": "items", "Range": f"{self.rows[0]}-{self.rows[1]}"}
        if self.prefer:
            headers["Prefer"] = ",".join(self.prefer)
        body = b""
        if self.body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
            body = _json_bytes(self.body)
        url = f"https://{host}/rest/v1/{self.table}" + (f"?{query}" if query else "")
        return HttpRequest(self.method, url, headers, body, self.timeout_seconds)


def _json_bytes(value: Any) -> bytes:
    """UTF-8 JSON. NUL, which no PostgreSQL text can hold, is left out; a lone surrogate becomes "?"."""
    return json.dumps(_without_nul(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    return [_without_nul(one) for one in value] if isinstance(value, list | tuple) else value
