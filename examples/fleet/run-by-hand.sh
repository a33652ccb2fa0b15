#!/usr/bin/env bash
# run-by-hand.sh <images> <model.onnx> <output> [settings]: what a fleet does, step by step, on one machine. The paths may be s3:// addresses.
# Redis is where GRADLINE_REDIS says; settings are those of `gradline enqueue`.
set -euo pipefail

images="$1" model="$2" output="$3"
gradline="${GRADLINE:-npx gradline}"

# The producer lists the images, writes the plan, and fills the queue.
$gradline enqueue "$images" --model "$model" --output "$output" --labels folder --run by-hand "${@:4}"

# Two workers take shards until none is left. On a real fleet, each is a machine of its own, and none ends.
$gradline worker --until-empty --name first &
$gradline worker --until-empty --name second &
wait %1
wait %2

$gradline status by-hand
