#!/usr/bin/env bash
# Installs what Hoso needs on Debian: system packages, then the locked Python environment in .venv.
# Runs again in a blink: what is there is not installed twice. usage: tools/setup.sh [demo|test]
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

packages=(python3-venv tesseract-ocr tesseract-ocr-vie tesseract-ocr-osd)
if [ "${1:-demo}" = test ]; then
  packages+=(chromium libatomic1 poppler-utils qpdf softhsm2 postgresql strace fonts-liberation2 fonts-ocr-b fonts-noto-core fonts-dejavu-core fonts-dejavu-extra)
fi
missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  say "Installing system packages: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { say "These need root: apt-get install ${missing[*]}"; exit 6; }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

# uv: the one on the PATH, else our own copy in .tools
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  uv=.tools/bin/uv
  if [ ! -x "$uv" ]; then
    say "Installing uv into .tools"
    python3 -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check 'uv==0.13.*'
  fi
fi

# The environment: exactly what uv.lock says. A stamp of lock and project file tells whether anything changed.
stamp=$(cat uv.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.hoso-stamp 2>/dev/null)" != "$stamp" ]; then
  say "Installing the locked Python environment into .venv"
  UV_COMPILE_BYTECODE=1 UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never "$uv" sync --frozen --all-extras
  printf '%s\n' "$stamp" > .venv/.hoso-stamp
fi
