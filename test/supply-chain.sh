#!/bin/sh
# npm run test:supply: what is deployed comes from where we say, and from nothing else.
#   known holes  npm audit, of what is deployed and of what builds and tests it
#   licences     listed for each package that is deployed
#   SBOM         .build/sbom.spdx.json, by npm's own command
#   build        made here, and from fresh installs in two other places, it is the same to the byte
# Exit: 0 nothing found, 1 something found. What could not be tried is said, and counted as such.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tried=0 found=0 untried=0

ok() { tried=$((tried + 1)) && echo "ok       $*"; }
bad() { tried=$((tried + 1)) found=$((found + 1)) && echo "FOUND    $*"; }
not_tried() { untried=$((untried + 1)) && echo "untried  $*"; }

# Not every registry answers it: a mirror may hold packages and no advisories.
npm audit --json >"$work/audit.json" 2>/dev/null || true
said=$(node -e '
  const { metadata, message } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))
  const holes = metadata?.vulnerabilities?.total
  console.log(holes === undefined ? "no audit: " + message : holes + " known holes in " + metadata.dependencies.total + " packages")
' "$work/audit.json" || echo 'no audit: npm printed nothing')
case $said in
'no audit'*) not_tried "$said" ;;
'0 '*) ok "audit: $said" ;;
*) bad "audit: $said; \"npm audit\" shows them" ;;
esac

# What git knows and what is about to be added, as a clone would have it; built in two places.
git ls-files -z --cached --others --exclude-standard lib packages '*.json' | xargs -0 tar -cf "$work/sources.tar"
build_at() {
  mkdir -p "$1"
  tar -xf "$work/sources.tar" -C "$1"
  (cd "$1" && sh lib/build.sh >build.log 2>&1 && cat packages/snapshots/status/build-info.json) ||
    echo "did not build: $(grep -m 1 -i error "$1/build.log")"
}
first=$(build_at "$work/one")
second=$(build_at "$work/another place/of it")
third=$(sh lib/build.sh --anew >/dev/null && cat packages/snapshots/status/build-info.json)
case $first in
"$second")
  if [ "$first" = "$third" ]; then ok "build: three times $first"; else bad "build: $first, and here $third"; fi
  ;;
*) bad "build: $first, and elsewhere $second" ;;
esac

# Of what was installed for that build alone: with the tools beside it, npm's "omit" leaves out
# what they use too.
echo
(cd "$work/one" && npm pkg delete devDependencies && npm query '*') >"$work/packages.json" 2>/dev/null
node -e '
  const packages = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"))
  const line = ({ name, version, license }) => "         " + (license ?? "UNKNOWN") + "  " + name + " " + version
  console.log([...new Set(packages.map(line))].sort().join("\n"))
' "$work/packages.json" | tee "$work/licences"
installed=$(($(wc -l <"$work/licences")))
strange=$(grep -cvE '^ +(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause)  ' "$work/licences" || true)
if [ "$strange" = 0 ]; then
  ok "licences: $installed packages, each under one that asks for its notice at most"
else
  bad "licences: $strange of $installed packages are under others, or say none"
fi

(cd "$work/one" && npm sbom --sbom-format spdx) >.build/sbom.spdx.json 2>/dev/null || true
listed=$(node -p 'new Set(JSON.parse(fs.readFileSync(".build/sbom.spdx.json", "utf8")).packages.map(({ SPDXID }) => SPDXID)).size' || echo 0)
if [ "$listed" = "$installed" ]; then
  ok "SBOM: .build/sbom.spdx.json names the same $listed packages"
else
  bad "SBOM: it names $listed packages, and $installed are installed"
fi

echo
echo "supply chain: $tried tried, $found found, $untried could not be tried"
[ "$found" = 0 ]
