#!/usr/bin/env bash
# Makes what the tests need beside npm packages: a Redis server, a browser (Chromium), promtool, an S3 server that others wrote (VersityGW),
# strace, and Helm.
# Installs only what is missing, and says what it does. Run by `npm test`.
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_package() {
  echo "Installing $1 for the tests"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
}

if ! command -v redis-server >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "The tests need redis-server 6.2 or newer. Install it with your system's package manager and run them again." >&2
    exit 1
  fi
  install_package redis-server
fi

browser="${CHROMIUM:-/usr/bin/chromium}"
if [ ! -x "$browser" ]; then
  if ! command -v apt-get >/dev/null; then
    echo "The tests need Chromium. Install it with your system's package manager, name it in CHROMIUM, and run them again." >&2
    exit 1
  fi
  install_package chromium
fi

# With it, the tests see that nothing calls out. Elsewhere than on Linux they only see that nothing is left on the disk.
if [ "$(uname -s)" = Linux ] && ! command -v strace >/dev/null && command -v apt-get >/dev/null; then
  install_package strace
fi

# The tests of metrics pass what a fleet prints to promtool; without it, that one test is skipped.
if ! command -v promtool >/dev/null && command -v apt-get >/dev/null; then
  install_package prometheus --no-install-recommends
fi

# In node_modules, so that a fresh install starts without it; Go's own cache makes the second build quick.
s3_cache="$(pwd)/node_modules/.cache/gradline"
if [ -z "${GRADLINE_TEST_S3:-}${GRADLINE_TEST_S3_ENDPOINT:-}" ] && [ ! -x "$s3_cache/versitygw" ] && command -v go >/dev/null; then
  echo "Building VersityGW, the S3 server of the tests (some minutes the first time)"
  mkdir -p "$s3_cache"
  # What a debugger reads takes a sixth of the time.
  GOBIN="$s3_cache" go install -gcflags=all=-dwarf=false -ldflags='-s -w' github.com/versity/versitygw/cmd/versitygw@v1.8.0
fi

node test/infra/chart/fetch-helm.mjs
