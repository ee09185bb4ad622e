#!/bin/sh
# Replays each of $FUZZ_TARGETS over the committed inputs in corpus/NAME/.
set -u
srcdir=${srcdir:-$(dirname "$0")/../..}
failed=0
if [ -z "${FUZZ_TARGETS:-}" ]; then
  echo "no fuzz target is built: skipped"
  exit 77
fi
for target in $FUZZ_TARGETS; do
  name=${target##*/fuzz_}
  # FUZZ_REPLAY_FLAGS keeps a libFuzzer build from searching on.
  # shellcheck disable=SC2086
  if "./$target" ${FUZZ_REPLAY_FLAGS:-} "$srcdir/tests/fuzz/corpus/$name"; then
    echo "ok: fuzz_$name"
  else
    echo "failed: fuzz_$name"
    failed=1
  fi
done
exit $failed
