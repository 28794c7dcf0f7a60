"""Where a Zattar's database answers: at its Supabase project's host. The service key goes nowhere else."""

import re

_PROJECT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.supabase\.co")


def is_project_host(host: str) -> bool:
    """Whether `host`, in lower case, is one project's: "<ref>.supabase.co"."""
    return _PROJECT.fullmatch(host) is not None


def project_host(written: str) -> str:
    """The host of a project as configuration may hold it, a bare host or "https://<host>/"; "" for anything else."""
    host = written.strip().lower().removeprefix("https://").removesuffix("/")
    return host if is_project_host(host) else ""
