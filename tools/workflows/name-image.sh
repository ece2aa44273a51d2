#!/usr/bin/env bash
# Where the image of APP at VERSION goes, for a workflow's outputs: `name`, and `tags` (this version, its minor and its major; a pre-release
# gets its own only). A registry wants lower case, which an OWNER on GitHub need not be.
set -euo pipefail
: "${APP:?}" "${VERSION:?}" "${OWNER:?}"

name=ghcr.io/$(printf %s "$OWNER" | tr "[:upper:]" "[:lower:]")/flightdeck-$APP
tags=$name:$VERSION
if [[ $VERSION =~ ^([0-9]+)\.([0-9]+)\.[0-9]+$ ]]; then
  tags+=,$name:${BASH_REMATCH[1]}.${BASH_REMATCH[2]},$name:${BASH_REMATCH[1]}
fi
printf 'name=%s\ntags=%s\n' "$name" "$tags"
