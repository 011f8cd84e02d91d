# What .ci/run and .ci/long share: check() and the line at the end.
# shellcheck shell=bash

passed=0 failed=0

# check NAME COMMAND...: one check of its own.
check() {
  local start=$SECONDS
  echo "== $1"
  if "${@:2}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "== $1: failed"
  fi
  echo "== $1: $((SECONDS - start)) s"
}

# conclude: how long all checks took, and whether all of them passed.
conclude() {
  echo "== all checks: $SECONDS s"
  echo "$passed passed, $failed failed"
  ((failed == 0))
}
