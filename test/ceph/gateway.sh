#!/bin/sh
# A Ceph RADOS Gateway for tests: one node, everything in memory, on loopback alone, gone when stopped.
#
#   gateway.sh start FOLDER PORT     answers at http://127.0.0.1:PORT and https://127.0.0.1:PORT+1;
#                                    writes FOLDER/settings, which a shell can read
#   gateway.sh stop FOLDER           ends what start began, by pid, and removes the folder
#
# Needs radosgw, ceph-mon, ceph-osd and ceph-common (no manager), curl, openssl. Any user will do.
set -eu

packages='radosgw ceph-mon ceph-osd ceph-common curl openssl'

die() {
  printf 'gateway.sh: %s\n' "$1" >&2
  [ -z "${folder:-}" ] || tail -n 5 "$folder"/*.out >&2 2>/dev/null || :
  exit 1
}

# The three daemons know nothing of users, so that cephx is off; the gateway then must not insist on a
# secure connection to the monitor, or it never listens. Paxos waits a second a round unless told.
configure() {
  cat >"$folder/ceph.conf" <<CONF
[global]
fsid = $(cat /proc/sys/kernel/random/uuid)
mon_host = v2:127.0.0.1:$((port + 2))
mon_initial_members = a
public_network = 127.0.0.0/8
ms_bind_msgr1 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
run_dir = $folder
admin_socket = $folder/\$name.asok
log_file = $folder/\$name.log
mon_cluster_log_file = $folder/cluster.log
crash_dir = $folder
keyring = $folder/keyring
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
[mon]
mon_data = $folder/mon
mon_data_avail_crit = 1
paxos_propose_interval = 0.02
paxos_min_wait = 0.01
[osd]
osd_data = $folder/osd
osd_objectstore = memstore
memstore_device_bytes = 4294967296
[client]
ms_mon_client_mode = crc secure
rgw_frontends = beast endpoint=127.0.0.1:$port ssl_endpoint=127.0.0.1:$((port + 1)) ssl_certificate=$folder/tls.crt ssl_private_key=$folder/tls.key
rgw_enable_apis = s3,admin
rgw_rados_pool_pg_num_min = 4
CONF
  touch "$folder/keyring"
  mkdir -p "$folder/mon" "$folder/osd"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/tls.key" -out "$folder/tls.crt" 2>/dev/null
}

# Each daemon's pid stands in a file of its name; what it prints, beside it.
spawn() {
  name=$1
  shift
  setsid "$@" -c "$folder/ceph.conf" -f </dev/null >"$folder/$name.out" 2>&1 &
  echo $! >"$folder/$name.pid"
}

# Only a process that still runs on this very folder is ours.
is_ours() { tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null | grep -qF -- "$folder/ceph.conf"; }

# Tries something every tenth of a second, for a minute.
until_it_does() {
  tries=600
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || return 1
    sleep 0.1
  done
}

ceph_says() { timeout 20 ceph -c "$folder/ceph.conf" --connect-timeout 15 "$@"; }
osd_is_up() { ceph_says osd stat | grep -q '1 up'; }
answers() { curl -sf -o "$folder/answer" --max-time 2 "http://127.0.0.1:$port/"; }
add_user() {
  timeout 60 radosgw-admin -c "$folder/ceph.conf" -n client.rgw.a user create --uid="$1" \
    --display-name="$1" --access-key="$2" --secret-key="$secret"
}

start() {
  for program in ceph-mon ceph-osd radosgw radosgw-admin monmaptool ceph curl openssl; do
    command -v "$program" >/dev/null || die "there is no $program. mend: apt-get install -y --no-install-recommends $packages"
  done
  # The sockets lie in the folder, and their paths must not be long.
  [ ${#folder} -le 80 ] || die "the path $folder is too long for its sockets."
  access=$(openssl rand -hex 10) reader=$(openssl rand -hex 10) carrier=$(openssl rand -hex 10)
  secret=$(openssl rand -hex 20)
  configure
  fsid=$(sed -n 's/^fsid = //p' "$folder/ceph.conf")
  monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$((port + 2))]" "$folder/monmap" >/dev/null
  ceph-mon -c "$folder/ceph.conf" --mkfs -i a --monmap "$folder/monmap" >"$folder/mkfs.out" 2>&1 ||
    die 'the monitor could not be made.'
  spawn mon ceph-mon -i a
  osd=$(cat /proc/sys/kernel/random/uuid)
  until_it_does ceph_says osd new "$osd" || die 'the monitor does not answer.'
  ceph-osd -c "$folder/ceph.conf" -i 0 --mkfs --osd-uuid "$osd" >>"$folder/mkfs.out" 2>&1 ||
    die 'the store could not be made.'
  spawn osd ceph-osd -i 0
  until_it_does osd_is_up || die 'the store does not come up.'
  spawn rgw radosgw -n client.rgw.a
  add_user tester "$access" >"$folder/user.out" 2>&1 || { sleep 2 && add_user tester "$access" >"$folder/user.out" 2>&1; } ||
    die 'no user could be made.'
  { add_user reader "$reader" && add_user carrier "$carrier"; } >>"$folder/user.out" 2>&1 ||
    die 'no other user could be made.'
  until_it_does answers || die 'the gateway does not answer.'
  cat >"$folder/settings" <<SETTINGS
S3_ENDPOINT=http://127.0.0.1:$port
S3_TLS_ENDPOINT=https://127.0.0.1:$((port + 1))
S3_TLS_CA=$folder/tls.crt
S3_REGION=us-east-1
AWS_ACCESS_KEY_ID=$access
AWS_SECRET_ACCESS_KEY=$secret
READER_ACCESS_KEY_ID=$reader
CARRIER_ACCESS_KEY_ID=$carrier
SETTINGS
}

stop() {
  for name in rgw osd mon; do
    pid=$(cat "$folder/$name.pid" 2>/dev/null) || continue
    is_ours "$pid" || continue
    kill "$pid" 2>/dev/null || :
    left=100
    while is_ours "$pid" && [ "$left" -gt 0 ]; do
      left=$((left - 1))
      sleep 0.1
    done
    is_ours "$pid" && kill -9 "$pid"
  done
  rm -rf "$folder"
}

action=${1:-} folder=${2:-} port=${3:-}
[ -n "$folder" ] || { sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit 2; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd -P)
case $action in
start) start ;;
stop) stop ;;
*) die "start or stop, not $action." ;;
esac
