#!/usr/bin/env bash
# A tag names the version that package.json has: check-version.sh v1.2.3
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(node -p 'require("./package.json").version')
if [ "$1" != "v$version" ]; then
  echo "The tag $1 is not v$version, which package.json has. Change one of them." >&2
  exit 1
fi
echo "$version"
