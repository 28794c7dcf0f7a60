"""A real PostgreSQL 15 of Debian's, started for the tests on a socket in a folder of its own, and nowhere else.

PostgreSQL refuses to run as root, so root's tests run it as the user that Debian's package makes. psql speaks to it, so
that no driver is needed.
"""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
MISSING = "PostgreSQL 15 is not installed: apt-get install -y --no-install-recommends postgresql-15"
USER = "postgres"


class SqlError(Exception):
    """sqlstate: PostgreSQL's code. message: its words, with the detail in `detail`."""

    def __init__(self, sqlstate: str, message: str, detail: str) -> None:
        super().__init__(f"{sqlstate} {message}")
        self.sqlstate = sqlstate
        self.message = message
        self.detail = detail


class Postgres:
    """start() makes a cluster and waits until it answers; stop() ends the process it started and takes all away."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ponte-pg-"))
        self._user = USER if os.geteuid() == 0 else None
        if self._user:
            entry = pwd.getpwnam(self._user)
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)

    @staticmethod
    def is_installed() -> bool:
        return (PROGRAMS / "postgres").exists() and shutil.which("psql") is not None

    def start(self) -> None:
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c timezone=UTC"
        self._run("initdb", "-D", f"{self._folder}/data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        log = f"{self._folder}/log"
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-l", log, "-o", options, "-w", "-t", "60", "start")

    def stop(self) -> None:
        """pg_ctl ends the process whose id stands in this cluster's own postmaster.pid."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self, name: str, template: str = "template1") -> "Database":
        self.execute("postgres", f'create database "{name}" template "{template}"')
        return Database(self, name)

    def execute(self, database: str, script: str) -> tuple[str, str]:
        """What psql printed and the notices. Raises SqlError at the first statement that fails."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose"]
        done = subprocess.run(
            [*command, "-h", str(self._folder), "-U", USER, "-d", database],
            input=script.encode(),
            capture_output=True,
            check=False,
        )
        notices = done.stderr.decode()
        if done.returncode:
            raise _error(notices)
        return done.stdout.decode().strip(), notices

    def _run(self, program: str, *arguments: str) -> None:
        # pg_ctl's server keeps the descriptors it is given: a pipe would never come to its end
        with (self._folder / f"{program}.log").open("ab") as log:
            subprocess.run(
                [str(PROGRAMS / program), *arguments],
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )


class Database:
    def __init__(self, server: Postgres, name: str) -> None:
        self._server = server
        self.name = name

    def run(self, script: str) -> str:
        """Notices and warnings of a script. Raises SqlError."""
        return self._server.execute(self.name, script)[1]

    def rows(self, query: str) -> list[Any]:
        """The rows of a query, each as JSON gives it. Raises SqlError."""
        return self.value(f"select coalesce(jsonb_agg(to_jsonb(r)), '[]'::jsonb) from ({query}) r")  # type: ignore[no-any-return]

    def value(self, query: str) -> Any:
        """One JSON value. Raises SqlError."""
        printed = self._server.execute(self.name, query)[0]
        return json.loads(printed) if printed else None


def literal(value: Any) -> str:
    """A value as SQL: JSON for lists and objects, an untyped literal for the rest."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'"


def _error(printed: str) -> SqlError:
    state, message, detail = "", printed, ""
    for line in printed.splitlines():
        _, found, rest = line.partition("ERROR:  ")
        if found and not state:
            state, _, message = rest.partition(": ")
        if line.startswith("DETAIL:  "):
            detail = line.removeprefix("DETAIL:  ")
    return SqlError(state, message, detail)
