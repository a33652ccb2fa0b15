#!/usr/bin/env bash
# Makes what the tests need beside npm packages: a Redis server, and an S3 server that others wrote (VersityGW).
# Installs only what is missing, and says what it does. Run by `npm test`.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if ! command -v redis-server >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "The tests need redis-server 6.2 or newer. Install it with your system's package manager and run them again." >&2
    exit 1
  fi
  echo "Installing redis-server for the tests"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null
fi
