#!/usr/bin/env bash
# Builds a cluster's programs from their Go modules into a folder, once: etcd, Kubernetes' control plane and KEDA. About 25 minutes of one
# core and 3 GB of memory for the largest. GOMAXPROCS=1 GOFLAGS=-p=1 leaves the other cores alone.
#
#   build-cluster.sh <folder>
set -euo pipefail
programs=$1
kubernetes=v1.37.2 etcd=v3.7.3 keda=v2.21.0
export CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -buildvcs=false -mod=mod"
mkdir -p "$programs"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build() { # <package> <program> [linker flags]
  [ -x "$programs/$2" ] && return
  echo "Building $2"
  (cd "$work" && nice -n 10 go build -trimpath -ldflags "-s -w ${3:-}" -o "$programs/$2" "$1")
}

# go install refuses modules that replace others, so each gets a module around it.
printf 'module cluster\n\ngo 1.26.0\n\nrequire go.etcd.io/etcd/server/v3 %s\n' $etcd > "$work/go.mod"
mkdir "$work/etcd"
printf 'package main\n\nimport (\n\t"os"\n\n\t"go.etcd.io/etcd/server/v3/etcdmain"\n)\n\nfunc main() { etcdmain.Main(os.Args) }\n' \
  > "$work/etcd/main.go"
build ./etcd etcd
rm -r "$work/etcd" "$work/go.sum"

# Kubernetes takes its own parts from folders of its repository; they are published as v0.<minor>.<patch>.
own=$(go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/^\s*"GoMod": "\(.*\)",$/\1/p')
{
  printf 'module cluster\n\n'
  grep -E '^go ' "$own"
  printf 'godebug default=go1.26\n\nrequire k8s.io/kubernetes %s\n' $kubernetes
  sed -n "s#^\s*\(k8s.io/[a-z-]*\) => ./staging/.*#replace \1 => \1 v0.${kubernetes#v1.}#p" "$own"
} > "$work/go.mod"
version="-X k8s.io/component-base/version.gitVersion=$kubernetes"
version="$version -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37"
for program in kube-apiserver kube-scheduler kube-controller-manager; do
  build "k8s.io/kubernetes/cmd/$program" "$program" "$version"
done
rm -f "$work/go.sum"

printf 'module cluster\n\ngo 1.26.0\n\nrequire github.com/kedacore/keda/v2 %s\n' $keda > "$work/go.mod"
# KEDA replaces it too: the version that it names is not to be had.
printf 'replace github.com/nexus-rpc/nexus-proto-annotations v0.1.0 => %s v0.1.1-0.20260629224316-835bd8d49cb4\n' \
  github.com/nexus-rpc/nexus-proto-annotations >> "$work/go.mod"
for program in operator adapter; do build "github.com/kedacore/keda/v2/cmd/$program" "keda-$program"; done

crds=$(cd "$work" && go list -m -f '{{.Dir}}' github.com/kedacore/keda/v2)/config/crd/bases
mkdir -p "$programs/keda-crds"
cp -f "$crds"/*.yaml "$programs/keda-crds"
chmod -R u+w "$programs/keda-crds"
