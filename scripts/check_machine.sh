#!/bin/sh
# Says in one sentence what this machine lacks to set Nextplay up; silent when nothing is missing.
# PYTHON and CC choose another interpreter and compiler.
set -u
python=${PYTHON:-python3.11}

lacks() {
  printf 'nextplay: %s\n' "$1" >&2
  exit 1
}

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null ||
  lacks "\`$python\` is not a Python 3.11 or 3.12: install one (Debian: python3.11 python3.11-venv python3.11-dev) or name it, as in \`make setup PYTHON=python3.12\`"

"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  lacks "\`$python\` cannot make virtual environments: install its venv module (Debian: python3.11-venv)"

compiler=${CC:-$("$python" -c 'import sysconfig; print((sysconfig.get_config_var("CC") or "cc").split()[0])')}
command -v "$compiler" >/dev/null 2>&1 ||
  lacks "there is no C compiler \`$compiler\`, which durable-rules is built with: install gcc and the C library's headers (Debian: gcc libc6-dev)"

printf '#include <stdio.h>\n' | "$compiler" -E - >/dev/null 2>&1 ||
  lacks "\`$compiler\` does not find stdio.h: install the C library's headers (Debian: libc6-dev)"

include=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
[ -f "${PYTHON_INCLUDE:-$include}/Python.h" ] ||
  lacks "Python.h, which durable-rules is built with, is missing: install the headers of \`$python\` (Debian: python3.11-dev)"
