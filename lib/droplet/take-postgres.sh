#!/bin/sh
# take-postgres.sh dumps a live PostgreSQL database for push.sh, which starts it and sends the dump away.
#
#   take-postgres.sh COPY           dump the database to the path COPY, always compressed
#   take-postgres.sh --check COPY   dump it likewise, only to see whether all of it can be read
#
# Reads   SNAPPROOF_POSTGRES   a connection string of libpq (postgresql://... or host=... dbname=...)
#                              or the name of a service; unless set, the variables PG* tell
#         SNAPPROOF_LOCK_WAIT  seconds to wait for a table that somebody holds: 60, unless set
#         SNAPPROOF_COUNTS     seconds that counting the rows may take: 300, unless set. Or off: then
#                              a dump that lost rows on its way cannot be told from a whole one.
#                              Where it takes longer the dump is sent all the same, and that is told
# Needs   pg_dump and psql, not older than the server; gzip; reach-postgres.sh beside it
#
# It only reads. A role that may read everything is enough: GRANT pg_read_all_data TO backup (from
# PostgreSQL 14). The rules that it keeps to stand in take-sqlite.sh.

# SC2154: $server is set in reach-postgres.sh.
# shellcheck disable=SC2154
set -euf
umask 077
export LC_ALL=C

die() { printf 'push.sh: %s\nmend: %s\n' "$1" "$2" >&2; exit "${3:-2}"; }
full() { die "There is no room for a copy in ${PWD%/*}." 'Free space, or set SNAPPROOF_SPOOL.'; }
need() { command -v "$1" >/dev/null || die "$1 is missing." "Install it: apt-get install $2"; }
of() { echo "$1${SNAPPROOF_SETTINGS:+ $SNAPPROOF_SETTINGS}"; }
quoted() { printf '%s' "$1" | sed "s/'/'\\\\''/g; s/^/'/; s/\$/'/"; }
heard() { grep -Eq "$1" said; }
version() { sed -n "s/^-- Dumped $1 version //p" begin; }

# Newer versions write a key of chance around a dump. One that stays lets a dump of the same rows be the
# same to the byte, so that it is not sent again; it is as secret as the push token it is made of.
key() {
  ! pg_dump --help | grep -q restrict-key ||
    printf 'restrict %s' "${SNAPPROOF_TOKEN:-}" | sha256sum | sed 's/\(.\{32\}\).*/--restrict-key=\1/'
}

# Writes the dump, of the snapshot $1 where there is one. The file `dumped` says that pg_dump ended
# well, and the word that psql may count.
dump() {
  # shellcheck disable=SC2046
  {
    pg_dump -w "--dbname=$server" "--lock-wait-timeout=${wait}s" ${1:+"--snapshot=$1"} $(key) \
      2>>said && : >dumped
  } | gzip -n >"$copy" 2>/dev/null || : >full
  if [ -e dumped ] && [ ! -e full ]; then echo yes; else echo no; fi
}

# What pg_dump takes the rows of: tables, but those of an extension, each with its name as a person would
# write it. The rows of tables that are not logged are on no standby.
tables=$(
  cat <<'SQL'
(SELECT nspname, relname, (
    SELECT string_agg(CASE WHEN part ~ '[."]' THEN '"' || replace(part, '"', '""') || '"'
      ELSE part END, '.' ORDER BY at) FROM unnest(CASE nspname WHEN 'public' THEN ARRAY[relname]
      ELSE ARRAY[nspname, relname] END::text[]) WITH ORDINALITY AS parts(part, at)) AS word
  FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND (relpersistence = 'p' OR NOT pg_is_in_recovery())
    AND NOT EXISTS (SELECT FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = t.oid AND deptype = 'e')) AS tables
SQL
)

# Has one snapshot dumped, and counts the rows in it. All tables are locked before it is taken: TRUNCATE
# empties a table even for older snapshots. The locks hold back whoever changes a table or drops
# it, and no reader or writer of rows. Of more tables than a claim has room for, the largest are named,
# and the others told together.
session() {
  psql -XAtqw -v ON_ERROR_STOP=1 -v "tables=$tables" -v "wait=${wait}s" -v "counts=${counts}s" \
    "--dbname=$server" <<'SQL'
SELECT set_config('search_path', 'pg_catalog', false) \g /dev/null
SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN
  ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout') \g /dev/null
SET row_security = off;
SET lock_timeout = :'wait';
SELECT 'dbname ' || regexp_replace(current_database(), '[[:cntrl:]]', '?', 'g');
SELECT 'role ' || quote_ident(current_user);
SELECT unnest(ARRAY['BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY', 'LOCK TABLE '
    || string_agg(format('ONLY %I.%I', nspname, relname), ', ') || ' IN ACCESS SHARE MODE'])
  FROM :tables \gexec
SELECT pg_export_snapshot() AS snapshot \gset
\setenv snapshot :snapshot
\set is_whole `sh "$self" --dump "$snapshot" </dev/null`
\if :is_whole
SET statement_timeout = :'counts';
SELECT format('WITH counted(name, rows) AS (VALUES %s), ranked AS (SELECT *, '
    'sum(length(name) + 20) OVER (ORDER BY rows DESC, name) < 40000 AS named FROM counted) '
    'SELECT concat_ws(chr(10), '
    '''rows '' || coalesce((json_object_agg(name, rows) FILTER (WHERE named))::text, ''{}''), '
    '''more_tables '' || nullif(count(*) FILTER (WHERE NOT named), 0), '
    '''more_rows '' || sum(rows) FILTER (WHERE NOT named)) FROM ranked',
    coalesce(string_agg(format('(%L, (SELECT count(*) FROM ONLY %I.%I))', word, nspname, relname),
    ', '), '(NULL, 0)')) FROM :tables \gexec
\endif
SQL
}

# Where somebody changes the tables meanwhile, it is begun anew, twice.
take() {
  for _ in first second third; do
    rm -f -- "$copy" dumped full && : >said && : >told
    if [ "$counts" = off ]; then dump '' >told; else session >told 2>>said || :; fi
    [ ! -e full ] || full
    if [ -e dumped ]; then look && return; fi
    heard '(lock|statement) timeout|relation .* does not exist' || break
  done
  complain
}

# The dump is read as it lies there: what it unpacks to, and that it ends as pg_dump ends one.
look() {
  mkfifo one two
  sha256sum <one >sha256 &
  tail -n 9 <two >end &
  raw=$(gzip -dc "$copy" | tee one two | wc -c)
  wait
  grep -q '^-- PostgreSQL database dump complete' end ||
    die 'What pg_dump wrote does not end with its last line: it is not whole.' \
      'See that there is room, and run push.sh again.'
  gzip -dc "$copy" 2>/dev/null | sed -n '/^-- Dumped /p; 20q' >begin || :
}

complain() {
  line=$(grep -Em 1 '(error|ERROR|FATAL): ' said || tail -n 1 said)
  why="PostgreSQL could not be dumped: $(echo "${line:-pg_dump was ended}" |
    sed -E 's/^((psql:<stdin>:[0-9]+|pg_dump|psql): +)?((error|ERROR): +)?//; s/[.]$//')."
  role=$(sed -n 's/^role //p' told)
  ask="psql -d $(quoted "$server") -c"
  if heard 'invalid page|could not read block|missing chunk|unexpected chunk|data is corrupt' ||
    heard 'could not access status of transaction|could not open file "(base|pg_tblspc)'; then
    die "The database is damaged. $why" \
      "$(of 'Stop the app. What would be brought back: restore.sh --dry-run')" 1
  elif heard 'version mismatch'; then
    die "$why It says: $(sed -n 's/^.*detail: //p' said | tail -n 1)." "Install the tools of the server's \
version, which apt.postgresql.org has: apt-get install postgresql-client-NUMBER"
  elif heard 'permission denied|row-level security'; then
    die "$why" "As a superuser: GRANT pg_read_all_data TO ${role:-ROLE}; and where rows are secured: \
ALTER ROLE ${role:-ROLE} BYPASSRLS; before PostgreSQL 14 grant \
USAGE on each schema, and SELECT on each table and sequence."
  elif heard '(lock|statement) timeout'; then
    die "$why" "Another session holds a table. See which it is, and let it end: $ask 'SELECT pid, \
relation::regclass, state, query FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE mode = \$\$AccessExclusiveLock\$\$'"
  elif heard 'pg_export_snapshot|invalid snapshot|import a snapshot'; then
    die "$why" 'Set SNAPPROOF_COUNTS=off: then the rows are not counted at the source.'
  elif heard 'closed the connection|terminating connection|connection .* lost|recovery mode'; then
    die "$why The server went away, and there is no copy." 'See that it runs, then run push.sh again.'
  fi
  by_hand="Try it by hand: $ask 'SELECT 1'"
  if heard 'password authentication failed|no password supplied'; then
    die "$why" "Put the right password into SNAPPROOF_POSTGRES, or into ~/.pgpass (mode 600) of the user that \
runs push.sh. $by_hand"
  elif heard 'Connection refused|No such file or directory|could not translate host|timeout expired'; then
    die "$why" "See that PostgreSQL runs, and that host and port are right. $by_hand"
  elif heard 'database ".*" does not exist'; then
    die "$why" "See what it is called there: psql -d $(quoted "$(in_database postgres)") -l"
  elif heard 'definition of service'; then
    die "$why" 'Say it in ~/.pg_service.conf of the user that runs push.sh, or write the connection itself into SNAPPROOF_POSTGRES.'
  fi
  die "$why" "$by_hand"
}

main() {
  self=$(readlink -f -- "$0") counts=${SNAPPROOF_COUNTS:-300} wait=${SNAPPROOF_LOCK_WAIT:-60}
  if [ "${1:-}" = --dump ]; then dump "$2" && exit; fi
  task=take
  if [ "${1:-}" = --check ]; then task=check && shift; fi
  [ "$#" = 1 ] || die 'take-postgres.sh needs a path to write to.' 'push.sh gives it one; start that.'
  copy=$1 reach=${self%/*}/reach-postgres.sh
  [ -r "$reach" ] || die "$reach is missing." 'Copy it there, from lib/droplet.'
  # shellcheck source=/dev/null
  . "$reach"
  echo "$wait $counts" | grep -Eqx '[1-9][0-9]{0,4} (off|[1-9][0-9]{0,4})' ||
    die 'SNAPPROOF_COUNTS or SNAPPROOF_LOCK_WAIT is malformed.' 'Set each to a number of seconds.'
  need pg_dump postgresql-client && need psql postgresql-client && need gzip gzip
  reach_server
  export self copy server
  take
  if [ "$task" = check ]; then
    printf '%s can be dumped whole: %s bytes, of PostgreSQL %s.\nnext: %s\n' \
      "${server:-The database}" "$((raw))" "$(version 'from database')" \
      "$(of 'Push a new copy: push.sh -v')"
    exit
  fi
  printf 'server_version %s\n' "$(version 'from database')"
  printf 'dump_version %s\n' "$(version 'by pg_dump')"
  grep -E '^(dbname|rows|more_tables|more_rows) ' told || :
  [ "$counts" = off ] || grep -q '^rows ' told || printf 'uncounted %s\n' "$counts"
  printf 'encoding gzip\nraw_size_bytes %s\nraw_sha256 %s\n' "$((raw))" "$(cut -d ' ' -f 1 sha256)"
}

main "$@"
