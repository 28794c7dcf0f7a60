#!/usr/bin/env bash
# See that the tests of pages have a Chromium. As root on Debian it is installed; elsewhere a sentence says what is missing, and
# only those tests fail.
set -euo pipefail

for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Instalando o Chromium para os testes das páginas / installing Chromium for the tests of pages" >&2
  log="$(mktemp)"
  if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    exit 0
  fi
  tail -n 20 "$log" >&2
fi
cat >&2 <<'END'
Falta o Chromium: os testes das páginas vão falhar. Instale-o (Debian: `sudo apt-get install chromium`) e rode de novo.
Chromium is missing: the tests of pages will fail. Install it (Debian: `sudo apt-get install chromium`) and run again.
END
