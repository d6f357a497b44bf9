#!/bin/sh
# take-sqlite.sh copies a live SQLite database for push.sh, which starts it and sends the copy away.
#
#   take-sqlite.sh COPY           copy the database SNAPPROOF_FILE to the path COPY
#   take-sqlite.sh --check COPY   ask such a copy whether it is sound, and say what to do next
#
# There may be a take-KIND.sh for every kind of thing, chosen by SNAPPROOF_KIND. Each keeps to this:
# - The settings are in the environment; SNAPPROOF_FILE, where it is set, is a path from the root.
#   SNAPPROOF_SETTINGS is the file they were read from, to be named in a mend.
# - The folder it is started in is for its own use, and is thrown away afterwards. What is to last stands
#   beside it, under a name of its own.
# - It prints its facts on stdout, lines of `key value` that become fields of the claim, and exits 0
#   once the copy is whole.
# - Or it says why, and the mend, on stderr in the voice of push.sh, and exits 1, where the live
#   thing is damaged, or 2, where it could not.
# - SNAPPROOF_GZIP=yes asks for a compressed copy. One that is has three facts more: `encoding
#   gzip`, raw_size_bytes and raw_sha256, of the copy as it was before.
#
# Needs   sqlite3 or python3; gzip when asked for

# SC2016: the shell that python3 starts expands $self.
# shellcheck disable=SC2016
set -euf
umask 077
export LC_ALL=C

die() { printf 'push.sh: %s\nmend: %s\n' "$1" "$2" >&2; exit "${3:-2}"; }
for_a_minute() { timeout 60 "$@"; }
has() { command -v "$1" >/dev/null; }
of() { echo "$1${SNAPPROOF_SETTINGS:+ $SNAPPROOF_SETTINGS}"; }
full() { die "There is no room for a copy in ${PWD%/*}." 'Free space, or set SNAPPROOF_SPOOL.'; }

# What to do when the live database is damaged: nothing is brought back before it is said what.
stop() { of 'Stop the app. What would be brought back: restore.sh --dry-run'; }

# The journal mode that the header of a database declares.
journal_mode() {
  if od -An -tu1 -j18 -N1 "$1" 2>&1 | grep -q ' 2$'; then echo wal; else echo delete; fi
}

# Opening the live database never creates it, and never changes what the app will read:
# - rw leaves nothing beside a WAL database that nobody has open, and rolls back a hot journal (the
#   app died within a transaction) just as the app's next start would.
# - ro where a -wal stands beside it, which rw would fold into it in closing.
# - ro&immutable where we may not write and a WAL database has no -wal, so that nobody has it open:
#   SQLite could not make one, or would leave one behind that is ours and shuts out the app.
address() {
  mode=ro
  if [ ! -e "$live-wal" ]; then
    [ "$(journal_mode "$live")" != wal ] || mode='ro&immutable=1'
    [ ! -w "$live" ] || [ ! -w "${live%/*}" ] || mode=rw
  fi
  echo "file://$(printf '%s' "$live" | sed 's/%/%25/g; s/?/%3f/g; s/#/%23/g')?mode=$mode"
}

# Copies it by SQLite, under its locks. The first statement pins a read transaction; without it,
# .backup begins anew at each commit of the app, and may never end.
# Within the transaction this script is started twice more, to look before and after the copying.
# What .system is given passes sqlite3, which takes one pair of quotes away, and then a shell.
backup() {
  pin='SELECT sqlite_version() FROM (SELECT count(*) FROM sqlite_master);'
  if has sqlite3; then
    sqlite3 -batch -init /dev/null -cmd '.timeout 30000' "$1" "BEGIN; $pin" \
      ".system sh '\"\$self\"' --look before" ".backup \"$copy\"" \
      ".system sh '\"\$self\"' --look after"
  else
    python3 -c 'import os, sqlite3, sys
source = sqlite3.connect(sys.argv[1], uri=True, timeout=30, isolation_level=None)
print(*source.execute("BEGIN").execute(sys.argv[2]).fetchone())
look = lambda when: os.system("sh \"$self\" --look " + when)
look("before"), source.backup(sqlite3.connect(sys.argv[3])), look("after")' "$1" "$pin" "$copy"
  fi
}

# SQLite's locks hold back SQLite alone. Whoever puts another file over the live one meanwhile
# leaves a copy of pages of both, which may even open. So what is seen before the copying must be
# what is seen after it, and each byte of the copy that of the live file: but for the counters in
# the header that .backup writes, and for the page of locks at 1 GiB. What checkpoints of a -wal may
# write meanwhile, is no change.
look() {
  exec >"$1"
  stat -Lc %i "$live"
  [ ! -s "$live-wal" ] || return 0
  stat -Lc '%s %y' "$live"
  [ "$1" = before ] || cmp -l -n "$(wc -c <"$copy")" "$live" "$copy" 2>&1 | awk '
    !/^ *[0-9]/ { print; exit }
    $1 >= 25 && $1 <= 28 || $1 >= 41 && $1 <= 44 || $1 >= 93 && $1 <= 100 { next }
    $1 > 1073741824 && $1 <= 1073741824 + 65536 { next }
    { print; exit }'
}

take() {
  [ -z "$(find "$live" -size "+$(df -Pk . | awk 'END { print $4 }')k" 2>/dev/null)" ] || full
  from=$(address)
  for _ in first second third; do
    rm -f -- "$copy" "$copy-journal" before after
    backup "$from" >version 2>said || break
    if [ -s "$copy" ] && [ -s before ] && cmp -s before after; then return; fi
    echo 'it was replaced, or written to without SQLite, while it was copied' >said
  done
  why="SQLite could not copy $live: $(tail -n 1 said)."
  ! grep -Eq 'image is malformed|is not a database' said || die "$why" "$(stop)" 1
  die "$why" "Check its path and owner, the free space, and who has it open: fuser -v '$live'"
}

# A row of ours in the live database, where SNAPPROOF_CANARY=on asks for it: found in the copy, it shows
# that the copy is of this very file, as it is now. It is written only where anything changed since the
# last copy, which ../canary remembers, or else every push would be a change. Then the database is copied
# once more. Whatever goes wrong with it goes wrong with no backup.
canary() {
  [ "${SNAPPROOF_CANARY:-}" = on ] || return 0
  nonce=$(sed -n "s/^$(digest) //p" ../canary 2>/dev/null || :)
  if [ -z "$nonce" ]; then
    nonce=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
    if ! write_row >row 2>&1; then
      echo "push.sh: No canary was written: $(tail -n 1 row)." >&2 && return
    fi
    made=$(cat version) && mv -- "$copy" first
    if ! (take) 2>row; then
      echo "$made" >version && mv -- first "$copy"
      echo "push.sh: It goes without the canary: $(head -n 1 row | sed 's/^push.sh: //')" >&2 && return
    fi
    rm -f first
    { echo "$(digest) $nonce" >../canary; } 2>/dev/null || :
  fi
  echo "canary $nonce"
}
digest() { sha256sum <"$copy" | cut -d ' ' -f 1; }

# The table holds this row alone. Who has the database locked is waited for five seconds.
write_row() {
  sql="BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS snapproof_canary (nonce TEXT, at TEXT);
    DELETE FROM snapproof_canary;
    INSERT INTO snapproof_canary VALUES ('$nonce', '$(date -u +%FT%TZ)'); COMMIT;"
  where=$(address) && where="${where%%\?*}?mode=rw"
  if has sqlite3; then
    for_a_minute sqlite3 -batch -bail -init /dev/null -cmd '.timeout 5000' "$where" "$sql"
  else
    for_a_minute python3 -c 'import sqlite3, sys
sqlite3.connect(sys.argv[1], uri=True, timeout=5, isolation_level=None).executescript(sys.argv[2])' \
      "$where" "$sql"
  fi
}

compress() {
  has gzip || die 'gzip is missing.' 'Install it: apt-get install gzip'
  printf 'encoding gzip\nraw_size_bytes %s\n' "$(wc -c <"$copy")"
  printf 'raw_sha256 %s\n' "$(sha256sum <"$copy" | cut -d ' ' -f 1)"
  { gzip -n "$copy" && mv "$copy.gz" "$copy"; } || full
}

# What is computed from rows (a CHECK, an index on an expression or of some rows) may come out
# otherwise in another version of SQLite. So the one of this machine is asked about the tables with
# such a thing, and what it says goes along with the copy where it is "ok". Where it is not, or has
# not come within a minute, the copy goes all the same.
computed() {
  sql="SELECT count(*) FROM (SELECT DISTINCT tbl_name AS t FROM sqlite_master WHERE sql LIKE '%CHECK%(%'
    OR sql LIKE '% AS %(%' OR type = 'index' AND (sql LIKE '% WHERE %' OR sql LIKE '%(%(%')) AS one"
  [ "$(ask "$sql")" != 0 ] || return 0
  sql="$sql, pragma_integrity_check(one.t) AS its WHERE its.integrity_check <> 'ok'"
  [ "$(ask "$sql")" != 0 ] || echo 'computed ok'
  rm -f -- "$copy-wal" "$copy-shm" # What is left where the minute was over.
}

ask() {
  if has sqlite3; then
    for_a_minute sqlite3 -batch -init /dev/null "$copy" "$1"
  else
    for_a_minute python3 -c 'import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())' "$copy" "$1"
  fi 2>&1 || :
}

# Asks a copy of the live database, which is ours to write to: opened read-only, SQLite passes over
# CHECK. It is the word of the SQLite on this machine, and of this moment.
check() {
  if has sqlite3; then
    sqlite3 -batch -init /dev/null "$copy" 'PRAGMA integrity_check(20)'
  else
    python3 -c 'import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check(20)")
print(*[row[0] for row in rows], sep="\n")' "$copy"
  fi >said 2>&1 || :
  case $(cat said) in
  ok) printf '%s is sound: SQLite %s says ok to every page, row, index and CHECK.\nnext: %s\n' \
    "$live" "$(cat version)" "$(of 'Push a new copy: push.sh -v')" ;;
  *Error*'no such '* | *Error*unknown*)
    die "SQLite here cannot ask $live: $(grep -m 1 Error said)." \
      'Ask it where the app loads its own functions, collations and modules.' 3
    ;;
  *) die "$live is damaged. SQLite $(cat version) says:
$(sed -n '1,5s/^/  /p' said)" "$(stop)" 1 ;;
  esac
}

main() {
  if [ "${1:-}" = --look ]; then look "$2" && exit; fi
  task=take
  if [ "${1:-}" = --check ]; then task=check && shift; fi
  [ "$#" = 1 ] || die 'take-sqlite.sh needs a path to write to.' 'push.sh gives it one; start that.'
  copy=$1 live=${SNAPPROOF_FILE:-} self=$(readlink -f -- "$0")
  export copy live self
  [ -n "$live" ] ||
    die 'SNAPPROOF_FILE is missing or malformed.' 'push.sh --help tells what it should be.'
  has sqlite3 || has python3 || die 'sqlite3 is missing.' 'Install it: apt-get install sqlite3'
  if [ "$task" = check ]; then
    [ -s "$live" ] || die "$live is missing or empty." "$(stop)" 1
    take && check && exit
  fi
  [ -s "$live" ] ||
    die "$live is missing or empty." 'If it is lost, restore.sh brings back a copy.'
  take
  canary
  printf 'journal_mode %s\nsqlite_version %s\n' "$(journal_mode "$copy")" "$(cat version)"
  computed
  [ "${SNAPPROOF_GZIP:-}" != yes ] || compress
}

main "$@"
