#!/usr/bin/env bash
# Pin what pyproject.toml and requirements/sandbox.in ask for, with hashes and without addresses. Versions that still fit stay;
# `make lock UPGRADE=1` takes the newest. The layer's file is the runtime pins, never edited by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # $1: target; rest: sources and options. What is locked suits Linux on x86-64 and arm64.
  local target="$1"
  shift
  UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet --no-config --generate-hashes --no-annotate \
    --no-emit-index-url --no-emit-find-links --python-version 3.13 ${UPGRADE:+--upgrade} --output-file "$target" "$@"
}

compile requirements/runtime.txt pyproject.toml
compile requirements/dev.txt pyproject.toml --extra dev --constraint requirements/runtime.txt
compile requirements/sandbox.txt requirements/sandbox.in
cp requirements/runtime.txt layers/dependencies/requirements.txt
