#!/usr/bin/env bash
# Trains main's champion, then a branch's candidate beside it, so that the gate compares the two on the same rows.
#   train-and-gate.sh champion CHECKOUT    trains and promotes what main has
#   train-and-gate.sh candidate CHECKOUT   trains what the branch has; ends with 3 where the gate does not pass it
# Both need FLIGHTDECK_HOME (the same one) and ROWS. Results: champion.json and candidate.json in the home.
set -euo pipefail

what=$1
checkout=$2
tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${FLIGHTDECK_HOME:?}" "${ROWS:?}"
mkdir -p "$FLIGHTDECK_HOME"
cd "$checkout"
[ -d node_modules ] || npm ci

case $what in
champion)
  npx flightdeck train --rows "$ROWS" --json > "$FLIGHTDECK_HOME/champion.json"
  ;;
candidate)
  code=0
  npx flightdeck train --rows "$ROWS" --again --no-promote --json > "$FLIGHTDECK_HOME/candidate.json" || code=$?
  # 3 is the gate's no: an answer like another. Anything else is a failure, and there is nothing to describe.
  if [ "$code" != 0 ] && [ "$code" != 3 ]; then exit "$code"; fi
  npx node "$tools/describe-evaluation.ts" --charts "$FLIGHTDECK_HOME/champion.json" "$FLIGHTDECK_HOME/candidate.json" \
    >> "${GITHUB_STEP_SUMMARY:-/dev/stdout}"
  exit "$code"
  ;;
*)
  echo "Say champion or candidate, not $what." >&2
  exit 2
  ;;
esac
