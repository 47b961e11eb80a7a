#!/usr/bin/env bash
# Installs what the tests drive beside Python: a browser, PostgreSQL, Java for Spark, h2load, which loads servers for
# `make bench`, and the language server that editors use for YAML.
# Says what it does, and does nothing twice. Debian's packages are asked for only where a program is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v git >/dev/null || missing+=(git)
command -v h2load >/dev/null || missing+=(nghttp2-client)
command -v java >/dev/null || missing+=(openjdk-17-jre-headless)
command -v chromium >/dev/null || missing+=(chromium)
command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || {
    echo "prepare_ci: install ${missing[*]} (or what they are called here) and try again" >&2
    exit 1
  }
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  echo "prepare_ci: installing ${missing[*]}"
  "${as_root[@]}" apt-get update --quiet --quiet
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends \
    "${missing[@]}" >/dev/null
fi

ready=tests/editor/node_modules/.ready
if ! cmp --silent tests/editor/package-lock.json "$ready"; then
  echo 'prepare_ci: installing the locked yaml-language-server into tests/editor/node_modules'
  npm ci --prefix tests/editor --ignore-scripts --no-audit --no-fund --loglevel=error
  cp tests/editor/package-lock.json "$ready"
fi
echo 'prepare_ci: ready'
