#!/bin/sh
# Bundles every function for the cloud; `doctl serverless deploy` runs it before it uploads.
# Needs: node and npm. Reads: packages/*/*/index.ts and what it imports. Writes, beside each
# index.ts, what the .include there names: index.js, build-info.json, and for a function that
# opens databases SQLite's wasm and the worker that runs it. The same sources give the same bytes,
# and a file that has not changed is not touched: what is running keeps what it has loaded.
set -eu
cd "$(dirname "$0")/.."

# A fresh clone has no node_modules yet; the lockfile says what belongs there.
[ -d node_modules/esbuild ] || npm ci --no-audit --no-fund --omit=dev

mkdir -p .build
work=$(mktemp -d .build/functions.XXXXXX)
trap 'rm -rf "$work"' EXIT

bundle() {
  node_modules/.bin/esbuild "$@" --bundle --platform=node --target=node20 --format=cjs \
    --main-fields=module,main --minify-whitespace --minify-syntax --log-level=warning
}

# The hash of everything that is sent with a function, and the version it was built as.
describe_build() {
  grep -v '^build-info.json$' .include | LC_ALL=C sort | xargs cat | node -e '
    const { createHash } = require("node:crypto")
    const { readFileSync } = require("node:fs")
    const { version } = JSON.parse(readFileSync(process.argv[1], "utf8"))
    const sha256 = createHash("sha256").update(readFileSync(0)).digest("hex")
    console.log(JSON.stringify({ version, sha256 }))
  ' "$1"
}

# Copied, never linked: the deployer packs a link as a link, which leads nowhere in the cloud.
place() { cmp -s "$1" "$2" || { cp "$1" "$2.new" && chmod 644 "$2.new" && mv "$2.new" "$2"; }; }

root=$(pwd)
bundle lib/adapters/sqlite/worker.ts --outfile="$work/sqlite-worker.cjs"
cp node_modules/sql.js/dist/sql-wasm.wasm "$work/sql-wasm.wasm"
bundle packages/*/*/index.ts --outdir="$work" --outbase=packages

for folder in packages/*/*; do
  built=$work/${folder#packages/}
  cp "$work/sqlite-worker.cjs" "$work/sql-wasm.wasm" "$folder/.include" "$built"
  (cd "$built" && describe_build "$root/package.json" >build-info.json)
  while read -r file; do place "$built/$file" "$folder/$file"; done <"$folder/.include"
  size=$(cd "$built" && xargs cat <.include | gzip -9 | wc -c)
  echo "  ${folder##*/} $((size / 1024)) KiB zipped"
done
