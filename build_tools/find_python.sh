#!/usr/bin/env bash
# Print the path of a Python 3.13 that really runs: on PATH, through pyenv (whose shim may stand for no version), or uv's.
# Never this project's own virtual environment, which may be about to be made anew. Exit 1 with a sentence when none is found.
set -euo pipefail

runs() { # $1: a command. Is it a CPython 3.13 that can make virtual environments?
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1
}

candidates() {
  type -ap python3.13 python3 python 2>/dev/null || true
  if command -v pyenv >/dev/null 2>&1; then
    local root
    root="$(pyenv root)"
    find "$root/versions" -mindepth 1 -maxdepth 1 -name '3.13*' 2>/dev/null | sort -rV | sed 's|$|/bin/python3.13|'
  elif [ -d "$HOME/.pyenv/versions" ]; then
    find "$HOME/.pyenv/versions" -mindepth 1 -maxdepth 1 -name '3.13*' | sort -rV | sed 's|$|/bin/python3.13|'
  fi
  if command -v uv >/dev/null 2>&1; then
    uv python find --offline --no-project 3.13 2>/dev/null || true
  fi
}

here="$(cd "$(dirname "$0")/.." && pwd -P)"
while IFS= read -r candidate; do
  case "$candidate" in "$here"/*) continue ;; esac
  if [ -x "$candidate" ] && runs "$candidate"; then
    "$candidate" -c 'import sys; print(sys.executable)'
    exit 0
  fi
done < <(candidates)

cat >&2 <<'END'
Falta o Python 3.13 (com venv e pip). Instale-o com `pyenv install 3.13`, ou com `apt-get install python3.13 python3.13-venv`
onde a distribuição o oferece, e rode o comando de novo.
Python 3.13 (with venv and pip) is missing. Install it with `pyenv install 3.13`, or `apt-get install python3.13 python3.13-venv`
where the distribution has it, and run the command again.
END
exit 1
