#!/usr/bin/env bash
# Make or bring up to date one virtual environment: make_environment.sh FOLDER REQUIREMENTS [project]
# "project" also installs this project itself, editable. pip is quiet; its words are shown when it fails.
# The machine's PIP_* settings that say where to fetch from are kept, those that would send packages elsewhere are not.
set -euo pipefail

folder="$1" requirements="$2" project="${3:-}"
cd "$(dirname "$0")/.."
unset PYTHONHOME PYTHONPATH PIP_TARGET PIP_PREFIX PIP_ROOT PIP_USER PIP_REQUIREMENT PIP_CONSTRAINT PIP_NO_BINARY PIP_ONLY_BINARY \
  PIP_DRY_RUN PIP_NO_DEPS PIP_PRE PIP_QUIET PIP_VERBOSE PIP_LOG PIP_PYTHON PIP_IGNORE_INSTALLED PIP_REPORT PIP_EDITABLE
export PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_PYTHON_VERSION_WARNING=1

pip() {
  local log="$folder/pip.log"
  if ! "$folder/bin/python" -m pip "$@" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "O pip não conseguiu instalar $requirements em $folder. / pip could not install $requirements into $folder." >&2
    exit 1
  fi
}

if ! "$folder/bin/python" -c 'import pip, sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; then
  python="$(bash build_tools/find_python.sh)"
  echo "Preparando $folder com $python / setting up" >&2
  rm -rf "$folder"
  "$python" -m venv "$folder"
else
  echo "Atualizando $folder / bringing up to date" >&2
fi
pip install --quiet --require-hashes --no-deps --requirement "$requirements"
if [ "$project" = project ]; then
  pip install --quiet --no-deps --no-build-isolation --editable .
fi
touch "$folder/.up-to-date"
