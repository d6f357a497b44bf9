#!/bin/sh
# npm run test:ceph: the store's contract and the whole path against a real Ceph RADOS Gateway, over
# HTTP and over TLS. Starts it, runs, stops it.
#
#   npm run test:ceph                       the gateway that is installed here
#   npm run test:ceph -- --install          installs Debian's packages first
#   npm run test:ceph -- --release trixie   the gateway of another Debian, in a root of its own below
#                                           .build/ceph, kept for the next time: bookworm has Ceph 16,
#                                           trixie 18, forky 20. Needs root and debootstrap.
set -eu
cd "$(dirname "$0")/../.."

die() {
  printf 'test:ceph: %s\nmend: %s\n' "$1" "$2" >&2
  exit 2
}

programs='radosgw ceph-mon ceph-osd ceph-common curl openssl'
root=''
case ${1:-} in
'') ;;
--install)
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # shellcheck disable=SC2086 # They are several words on purpose.
  apt-get install -y -q --no-install-recommends $programs sqlite3
  ;;
--release)
  release=${2:-}
  case $release in
  bookworm | trixie | forky) ;;
  *) die "there is no release \"$release\" here." 'Name one of bookworm, trixie, forky.' ;;
  esac
  root=$PWD/.build/ceph/$release
  ;;
*) die "$1 is not understood." 'Call it with nothing, --install, or --release NAME.' ;;
esac

# Whole or not at all: one that was interrupted while it was made is made anew.
make_root() {
  [ "$(id -u)" = 0 ] || die 'a root of its own can only be made by root.' "sudo env \"PATH=\$PATH\" sh test/ceph/run.sh --release $release"
  for pair in debootstrap:debootstrap unshare:util-linux; do
    command -v "${pair%%:*}" >/dev/null || die "needs ${pair%%:*}, which is not here." "apt-get install -y ${pair##*:}"
  done
  [ -r "$keyring" ] || die "Debian's keys are not here." 'apt-get install -y debian-archive-keyring'
  mkdir -p .build/ceph/debs
  rm -rf --one-file-system "$root.new"
  echo "gateway: making a root of Debian $release, once"
  fill "$root.new" >"$root.log" 2>&1 ||
    die "the root could not be made: $(tail -n 1 "$root.log")" "See $root.log; SNAPPROOF_MIRROR names another mirror."
  mv "$root.new" "$root"
}

# Chained, since -e does not hold in what stands before an "or". A release that this debootstrap does
# not know is made as Debian's newest is. The signature is what counts: a mirror may stand still.
fill() {
  debootstrap --variant=minbase --keyring="$keyring" --force-check-gpg --cache-dir="$PWD/.build/ceph/debs" \
    "$release" "$1" "$mirror" /usr/share/debootstrap/scripts/sid &&
    cat /etc/resolv.conf >"$1/etc/resolv.conf" &&
    within "$1" sh -euc "
      export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
      printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d
      apt-get update -q -o Acquire::Check-Valid-Until=false && apt-get install -y -q --no-install-recommends $programs && apt-get clean"
}

# The mount goes with its namespace, when the last process in there has ended.
within() {
  # shellcheck disable=SC2016 # for the shell in the namespace
  unshare --mount --propagation private sh -euc 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$@"
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${SNAPPROOF_MIRROR:-http://deb.debian.org/debian}
[ -z "$root" ] || [ -d "$root" ] || make_root

# In a root of its own the gateway has its folder there too; the loopback is the same in both.
inside() { if [ -z "$root" ]; then "$@"; else within "$root" "$@"; fi; }
gateway=test/ceph/gateway.sh
if [ -n "$root" ]; then
  cp "$gateway" "$root/gateway.sh"
  gateway=/gateway.sh
fi

folder=$(inside mktemp -d /tmp/snapproof-rgw.XXXXXX)
trap 'inside sh "$gateway" stop "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# Three ports beside one another, away from those that programs get by themselves.
port=$((20000 + $$ % 10000))
inside sh "$gateway" start "$folder" "$port"
set -a
# shellcheck source=/dev/null # It is written by the line above.
. "$root$folder/settings"
set +a
echo "gateway: $(inside radosgw --version | head -n 1) at $S3_ENDPOINT and $S3_TLS_ENDPOINT"

# All of them, the slow ones too: nobody runs this for a quick look.
run() {
  SNAPPROOF_CASES=${SNAPPROOF_CASES:-2} node_modules/.bin/vitest run --config test/vitest.config.mts \
    --reporter=default --reporter=json --outputFile.json=".build/$1.json"
}
failed=0
run ceph-http || failed=1
# Over TLS the certificate is the gateway's own.
authority=$root$S3_TLS_CA
S3_ENDPOINT=$S3_TLS_ENDPOINT NODE_EXTRA_CA_CERTS=$authority CURL_CA_BUNDLE=$authority run ceph-tls || failed=1
node test/count.mjs .build/ceph-http.json .build/ceph-tls.json
exit $failed
