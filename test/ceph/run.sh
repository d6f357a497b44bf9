#!/bin/sh
# npm run test:ceph: the store's contract and the whole path against a real Ceph RADOS Gateway, over
# HTTP and over TLS. Starts it, runs, stops it. With --install it installs Debian's packages first.
set -eu
cd "$(dirname "$0")/../.."

packages='radosgw ceph-mon ceph-osd ceph-common curl openssl sqlite3'
if [ "${1:-}" = --install ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # shellcheck disable=SC2086 # They are several words on purpose.
  apt-get install -y -q --no-install-recommends $packages
fi

folder=$(mktemp -d /tmp/snapproof-rgw.XXXXXX)
trap 'sh test/ceph/gateway.sh stop "$folder"' EXIT
trap 'exit 1' HUP INT TERM

# Three ports beside one another, away from those that programs get by themselves.
port=$((20000 + $$ % 10000))
sh test/ceph/gateway.sh start "$folder" "$port"
set -a
# shellcheck source=/dev/null # It is written by the line above.
. "$folder/settings"
set +a
echo "gateway: $(radosgw --version | head -n 1) at $S3_ENDPOINT and $S3_TLS_ENDPOINT"

run() {
  node_modules/.bin/vitest run --config test/vitest.config.mts \
    --reporter=default --reporter=json --outputFile.json=".build/$1.json"
}
failed=0
run ceph-http || failed=1
# Over TLS the certificate is the gateway's own.
S3_ENDPOINT=$S3_TLS_ENDPOINT NODE_EXTRA_CA_CERTS=$S3_TLS_CA CURL_CA_BUNDLE=$S3_TLS_CA run ceph-tls || failed=1
node test/count.mjs .build/ceph-http.json .build/ceph-tls.json
exit $failed
