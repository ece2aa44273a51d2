#!/usr/bin/env bash
# The tests and checks on the Node that is on PATH: npm would bring a Node 24 of its own, which is taken out here.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(node -p 'process.versions.node')
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 18) ? 0 : 1)'; then
  echo "Node $version cannot run TypeScript as it is: it takes 22.18 or newer." >&2
  exit 2
fi
npm ci
rm -rf node_modules/node node_modules/node-bin-* node_modules/.bin/node
test "$(npx node -p 'process.versions.node')" = "$version"
npm test
npm run check
