#!/bin/sh
# Gradline beside other methods, on drawn and photographed sets: the tables of docs/reference/planted-gaps.md.
#
#     npm run build && npm run build:tools
#     PYTHON=python3 sh test/gaps/others/compare.sh test <folder of photographed sets> <folder of photographs> <folder for drawn sets>
#
# With `development` in place of `test` the drawn sets are left out. What was explained and found before is not done again.
set -eu
split=$1 sets=$2 photographs=$3 drawn=$4
python=${PYTHON:-python3}
here=$(dirname "$0")
gaps() {
  node dist-tools/test/gaps/run.js --split "$split" --photographs "$sets" --keep "$drawn" "$@"
}
node dist-tools/test/gaps/photographs/write-further.js without "$photographs" "$sets" > /dev/null
gaps --explain
if [ "$split" = test ]; then "$python" "$here/find_slices.py" "$drawn" > /dev/null; fi
"$python" "$here/find_slices.py" "$sets" --only "$split-*" > /dev/null
gaps --others
