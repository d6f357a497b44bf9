#!/bin/sh
# Bundles every function for the cloud; `doctl serverless deploy` runs it before it uploads.
# Needs: node and npm. Reads: packages/*/*/index.ts and what it imports. Writes, beside each
# index.ts, what the .include there names: index.js, build-info.json, and for a function that
# opens databases SQLite's wasm and the worker that runs it. The same sources give the same bytes.
set -eu
cd "$(dirname "$0")/.."

# A fresh clone has no node_modules yet; the lockfile says what belongs there.
[ -d node_modules/esbuild ] || npm ci --no-audit --no-fund --omit=dev

bundle() {
  node_modules/.bin/esbuild "$@" --bundle --platform=node --target=node20 --format=cjs \
    --main-fields=module,main --minify-whitespace --minify-syntax --log-level=warning
}

work=.build
mkdir -p "$work"
bundle lib/adapters/sqlite/worker.ts --outfile="$work/sqlite-worker.cjs"
# Copied, never linked: the deployer packs a link as a link, which leads nowhere in the cloud.
cp node_modules/sql.js/dist/sql-wasm.wasm "$work/sql-wasm.wasm"
bundle packages/*/*/index.ts --outdir=packages --outbase=packages

for folder in packages/*/*/; do
  rm -f "$folder/build-info.json" "$folder/__deployer__.zip"
  while read -r file; do
    case $file in sqlite-worker.cjs | sql-wasm.wasm) cp "$work/$file" "$folder$file" ;; esac
  done <"$folder.include"
  # The hash of everything that is sent: two builds of the same sources have the same one.
  (cd "$folder" && grep -v '^build-info.json$' .include | sort | xargs cat) | node -e '
    const { createHash } = require("node:crypto")
    const { readFileSync, writeFileSync } = require("node:fs")
    const { version } = JSON.parse(readFileSync("package.json", "utf8"))
    const sha256 = createHash("sha256").update(readFileSync(0)).digest("hex")
    writeFileSync(process.argv[1], JSON.stringify({ version, sha256 }) + "\n")
  ' "${folder}build-info.json"
  size=$(cd "$folder" && xargs cat <.include | gzip -9 | wc -c)
  echo "  $(basename "$folder") $((size / 1024)) KiB zipped"
done
