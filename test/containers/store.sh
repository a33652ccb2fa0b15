# Where the images of the tests are, and what all of their bases are made of. To be sourced, with $store set.
shopt -s inherit_errexit
mkdir -p "$store"
printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$store" "$store" > "$store/storage.conf"
export CONTAINERS_STORAGE_CONF="$store/storage.conf" BUILDAH_ISOLATION=chroot

# A container with Debian's packages and nothing else, in the release that this machine runs, so that its own package sources serve.
debian_container() {
  local base suite container
  base=$(mktemp -d)
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mmdebstrap --quiet --variant=minbase --include=ca-certificates "$suite" "$base/base.tar"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$base/base.tar" / >/dev/null
  rm -r "$base"
  # Where a registry is reached through a proxy, this machine knows its certificate.
  buildah copy --quiet "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt >/dev/null
  echo "$container"
}
