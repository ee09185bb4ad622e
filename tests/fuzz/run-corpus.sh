#!/bin/sh
# Replays each fuzz target over the committed inputs in corpus/NAME/.
set -u
srcdir=${srcdir:-$(dirname "$0")/../..}
failed=0
for target in "$@"; do
  name=${target##*/fuzz_}
  printf 'fuzz_%s: ' "$name"
  "./$target" "$srcdir/tests/fuzz/corpus/$name" || failed=1
done
exit $failed
