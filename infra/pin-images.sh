#!/usr/bin/env bash
# Pins the images of others to the bytes that their tags stand for now: writes the digest behind each tag in the Dockerfile, the compose file
# and the chart's values. Of an image for several architectures it is the digest of all of them. Needs skopeo and a way to the registries.
#
#   infra/pin-images.sh            writes
#   infra/pin-images.sh --check    ends with 1 where a digest is missing, or where the tag stands for other bytes by now
set -euo pipefail
cd "$(dirname "$0")/.."
files=(infra/Dockerfile docker-compose.yml infra/helm/gradline/values.yaml)
line='^(ARG [A-Z0-9]+_IMAGE=| *image: )([a-z0-9.:/-]+:[A-Za-z0-9._-]+)(@sha256:[0-9a-f]{64})?$'
stale=0

for file in "${files[@]}"; do
  while IFS= read -r image; do
    digest=$(skopeo inspect --format '{{.Digest}}' "docker://$image")
    grep -qF "$image@$digest" "$file" && continue
    stale=1
    echo "$file: $image@$digest"
    [ "${1:-}" = --check ] || sed -i -E "s#($image)(@sha256:[0-9a-f]{64})?\$#\1@$digest#" "$file"
  done < <(sed -nE "s#$line#\2#p" "$file" | sort -u)
done
[ "${1:-}" != --check ] || exit $stale
