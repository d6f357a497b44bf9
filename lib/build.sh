#!/bin/sh
# Bundles every function for the cloud; `doctl serverless deploy` runs it before it uploads.
# Needs: node and npm. Reads: packages/*/*/index.ts and what it imports. Writes, beside each
# index.ts, what the .include there names: index.js, build-info.json, and for a function that
# opens databases SQLite (two builds, and the script of one) and the worker that runs it; where
# lib/databases.ts names a database of PostgreSQL, what restores its dumps as well, and the
# .include says so: no other deploy carries it. The same sources give
# the same bytes, and a file that has not changed is not touched: what is running keeps what it has
# loaded. Where nothing has changed since the last build there is nothing to do; "--anew" builds all
# the same. "--restoring" builds for this machine alone, into .build/packages, with what restores dumps,
# whatever lib/databases.ts names; what is deployed stays as it is.
set -eu
cd "$(dirname "$0")/.."

# A fresh clone has no node_modules yet; the lockfile says what belongs there.
[ -d node_modules/esbuild ] || npm ci --no-audit --no-fund --omit=dev

mkdir -p .build
out=packages known=.build/functions.sums
[ "${1:-}" != --restoring ] || out=.build/packages known=.build/restoring.sums
# Everything that goes in or comes out, by its bytes: a copied tree may be newer and look older. What the
# deployer leaves in a folder, packed anew each time, is neither.
sums() {
  find lib packages "$out" ./*.json node_modules/.package-lock.json -type f ! -name __deployer__.zip ! -path 'lib/docs/*' -exec cksum {} + 2>/dev/null |
    LC_ALL=C sort -u
}
describe() { echo "  build $(sed 's/.*"sha256":"\(.\{12\}\).*/\1/' "$out/snapshots/status/build-info.json")$1"; }
if [ "${1:-}" != --anew ] && [ -f "$known" ] && sums | cmp -s - "$known"; then
  describe ', as before'
  exit 0
fi
work=$(mktemp -d .build/functions.XXXXXX)
trap 'rm -rf "$work"' EXIT

# What no function may carry: see lib/adapters/spaces/no-credentials.ts.
bundle() {
  node_modules/.bin/esbuild "$@" --bundle --platform=node --target=node20 --format=cjs \
    --main-fields=module,main --alias:@aws-sdk/credential-provider-node=./lib/adapters/spaces/no-credentials.ts \
    --minify --log-level=warning
}

# The version, and one hash of all that is sent: of a line for each file of each function.
describe_build() {
  (
    cd "$work"
    for folder in */*; do
      [ ! -f "$folder/.include" ] || grep -v '^build-info.json$' "$folder/.include" | sed "s,^,$folder/,"
    done
  ) | LC_ALL=C sort | node -e '
    const { createHash } = require("node:crypto")
    const { readFileSync } = require("node:fs")
    const hash = (bytes) => createHash("sha256").update(bytes).digest("hex")
    const { version } = JSON.parse(readFileSync("package.json", "utf8"))
    const files = readFileSync(0, "utf8").trim().split("\n")
    const lines = files.map((file) => hash(readFileSync(process.argv[1] + "/" + file)) + "  " + file + "\n")
    console.log(JSON.stringify({ version, sha256: hash(lines.join("")) }))
  ' "$work"
}

# Copied, never linked: the deployer packs a link as a link, which leads nowhere in the cloud.
place() { cmp -s "$1" "$2" || { cp "$1" "$2.new" && chmod 644 "$2.new" && mv "$2.new" "$2"; }; }

# A mistake in lib/databases.ts is told here, in words, and not by every function in the cloud.
bundle lib/edge/databases.ts --outfile="$work/databases.cjs"
# shellcheck disable=SC2016 # They are Node's.
node -e '
  try {
    require(require("node:path").resolve(process.argv[1])).knownDatabases()
  } catch (fault) {
    console.error(`build: ${fault.why ?? fault}\nmend: ${fault.mend ?? "Read the line above."}`)
    process.exit(1)
  }
' "$work/databases.cjs"

bundle lib/adapters/sqlite/engine/worker.ts --outfile="$work/sqlite-worker.cjs"
# Its script is sent as it is: the worker evaluates it anew for each file (engine/engine.ts).
cp node_modules/sql.js/dist/sql-wasm.wasm node_modules/sql.js/dist/sql-wasm.js "$work"
cp node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm "$work"

# What restores dumps. PGlite asks where it lies, and in CommonJS nobody says it.
pglite=node_modules/@electric-sql/pglite/dist
base=postgres-base-$(node -p 'require("./package.json").dependencies["@electric-sql/pglite"]').tar.gz
restores() {
  bundle lib/databases.ts --outfile="$work/databases.cjs"
  node -e '
    const { databases } = require(process.argv[1])
    process.exitCode = Object.values(databases).some(({ kind }) => kind === "postgres") ? 0 : 1
  ' "$PWD/$work/databases.cjs"
}
carried=''
if [ "$out" != packages ] || restores; then
  bundle lib/adapters/postgres/engine/child.ts --outfile="$work/postgres-restorer.cjs" \
    --define:import.meta.url=ownUrl \
    --banner:js='const ownUrl = require("node:url").pathToFileURL(__filename).href'
  # It takes seconds and 700 MB, and comes out the same each time.
  if [ ! -f ".build/$base" ]; then
    node "$work/postgres-restorer.cjs" bake "$PWD/$pglite" >"$work/$base"
    mv "$work/$base" ".build/$base"
  fi
  cp ".build/$base" "$pglite/pglite.wasm" "$pglite/pglite.data" "$pglite"/*.tar.gz "$work"
  carried="postgres-restorer.cjs pglite.wasm pglite.data $base $(cd "$pglite" && LC_ALL=C && echo *.tar.gz)"
fi

# The list of what is sent: of a function that opens copies, with what restores dumps or without it.
include() {
  grep -v -e '^postgres-' -e '^pglite\.' -e '\.tar\.gz$' "$1"
  if grep -q '^sqlite-worker\.cjs$' "$1"; then
    # The names are words without blanks.
    # shellcheck disable=SC2086
    [ -z "$carried" ] || printf '%s\n' $carried
  fi
}
bundle packages/*/*/index.ts --outdir="$work" --outbase=packages --metafile="$work/contents.json"

for folder in packages/*/*; do
  built=$work/${folder#packages/}
  include "$folder/.include" >"$built/.include"
  while read -r file; do
    [ ! -f "$work/$file" ] || ln "$work/$file" "$built/$file"
  done <"$built/.include"
done
describe_build >"$work/build-info.json"

for folder in packages/*/*; do
  built=$work/${folder#packages/} placed=$out/${folder#packages/}
  mkdir -p "$placed"
  cp "$work/build-info.json" "$built"
  place "$built/.include" "$placed/.include"
  while read -r file; do place "$built/$file" "$placed/$file"; done <"$built/.include"
  size=$(cd "$built" && xargs cat <.include | gzip -9 | wc -c)
  echo "  ${folder##*/} $((size / 1024)) KiB zipped"
done
[ "$out" != packages ] || mv "$work/contents.json" .build/functions.contents.json
sums >"$work/sums"
mv "$work/sums" "$known"
describe ''
