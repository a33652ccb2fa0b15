#!/usr/bin/env bash
# Builds the gpu target of infra/Dockerfile, as build-image.sh does the others. Some 2 GB are fetched, so that CI does without.
#
#   build-gpu-image.sh <folder of images>
#
# The base image that takes the place of NVIDIA's is made of Debian's packages and of CUDA 13 and cuDNN 9 as NVIDIA's wheels have them.
set -euo pipefail
store=$1
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=test/containers/store.sh
. "$here/store.sh"

if ! buildah inspect localhost/cuda-base:13 >/dev/null 2>&1; then
  wheels=$(mktemp -d)
  trap 'rm -rf "$wheels"' EXIT
  python3 -m pip install --quiet --target "$wheels" --only-binary :all: 'nvidia-cuda-runtime>=13,<14' \
    'nvidia-cuda-nvrtc>=13,<14' 'nvidia-cublas>=13,<14' 'nvidia-curand>=10.4,<11' 'nvidia-cufft>=12,<13' 'nvidia-cudnn-cu13>=9,<10'
  container=$(debian_container)
  for folder in cu13 cudnn; do
    buildah copy --quiet "$container" "$wheels/nvidia/$folder/lib" "/usr/local/nvidia/$folder/lib" >/dev/null
  done
  buildah run "$container" -- sh -c 'printf "%s\n" /usr/local/nvidia/*/lib > /etc/ld.so.conf.d/nvidia.conf && ldconfig'
  buildah commit --quiet --rm "$container" localhost/cuda-base:13 >/dev/null
fi

bash "$here/build-image.sh" "$store" gpu --build-arg CUDA_IMAGE=localhost/cuda-base:13 \
  ${PIP_INDEX_URL:+--build-arg "PIP_INDEX_URL=$PIP_INDEX_URL"}
