#!/usr/bin/env bash
# Installs what test/containers needs: buildah and podman, runc, and mmdebstrap, which makes a base image from Debian's packages.
# Exits with 3, and says so, where they cannot be had.
set -euo pipefail

missing=()
for program in buildah podman runc mmdebstrap; do command -v "$program" >/dev/null || missing+=("$program"); done
[ ${#missing[@]} = 0 ] && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
  echo "CONTAINERS ARE NOT TESTED: ${missing[*]} must be installed, and root must run the tests." >&2
  exit 3
fi
echo "Installing ${missing[*]} for the tests of the images"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  buildah podman runc mmdebstrap netavark aardvark-dns >/dev/null
