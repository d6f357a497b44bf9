#!/bin/sh
# push.sh copies a live SQLite database, sends the copy away, and asks whether it is sound.
#
#   push.sh [-v] [--gzip] [SETTINGS]       in cron, say:  push.sh /etc/snapproof/tokens.env
#   push.sh --set SETTINGS SETTINGS...     databases that belong together, copied at one moment
#   push.sh --check SETTINGS               ask the live database whether it is sound; send nothing
#
#   -v       say each step as it happens
#   --gzip   compress the copy before it is sent
#
# Reads   the file SETTINGS (mode 600, lines KEY=value; quotes are dropped) or else the environment:
#           SNAPPROOF_URL       address of the functions, https://... (http:// only to localhost)
#           SNAPPROOF_DATABASE  name of the database, such as tokens: a-z, 0-9, _ and -
#           SNAPPROOF_FILE      path of the live database
#           SNAPPROOF_TOKEN     push token of this database
#           SNAPPROOF_SPOOL     where the folder .snapproof-NAME is made: beside the database,
#                               unless set. What could not be sent waits there for the next run,
#                               the newest 3 copies; otherwise it holds only an empty lock file.
#           SNAPPROOF_WAIT      seconds to wait for a verdict: 900, unless set
# Needs   curl, flock, sha256sum, md5sum, sqlite3 or python3; gzip when asked for
# Prints  nothing when all is well, so that a mail from cron always means trouble
# Exits   0 sound or unchanged, 1 damaged, 2 could not, 3 no verdict yet or unverifiable,
#         4 whole, and not what lib/databases.ts expects

# SC2016: the shell that SQLite starts expands $look. SC2317: patiently calls by name.
# shellcheck disable=SC2016,SC2317
set -euf
umask 077
export LC_ALL=C

say() { [ -z "$verbose" ] || printf '%s\n' "$1"; }

# Tells what is wrong and how to mend it. Of the exit codes of a run, 1 (damaged) outranks the rest.
fail() { printf 'push.sh: %s\nmend: %s\n' "$1" "$2" >&2; [ "$worst" = 1 ] || worst=${3:-2}; }
die() { fail "$@"; exit "$worst"; }
full() { die "There is no room for a copy in $spool." 'Free space, or set SNAPPROOF_SPOOL.'; }
need() { command -v "$1" >/dev/null || die "$1 is missing." "Install it: apt-get install $2"; }

# The file is read, not run: root's cron may use settings that belong to the app's user.
settings() {
  [ -r "$1" ] || die "The settings file $1 is missing or not readable." 'Check its path and owner.'
  [ -n "$(find -L "$1" ! -perm /077)" ] ||
    die "Others than its owner may read $1, and the token in it." "chmod 600 '$1'"
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in SNAPPROOF_*=*) export "$(printf '%s' "$line" | tr -d "\"'\r")" ;; esac
  done <"$1"
}

# The journal mode that the header of a database declares.
journal() { if od -An -tu1 -j18 -N1 "$1" 2>&1 | grep -q ' 2$'; then echo wal; else echo delete; fi; }

# Copies the live database through SQLite, under its locks. Opening it never creates it, and never
# changes what the app will read:
# - rw leaves nothing beside a WAL database that nobody has open, and rolls back a hot journal (the
#   app died within a transaction) just as the app's next start would.
# - ro where a -wal stands beside it, which rw would fold into it in closing.
# - ro&immutable where we may not write and a WAL database has no -wal, so that nobody has it open:
#   SQLite could not make one, or would leave one behind that is ours and shuts out the app.
# The first statement pins a read transaction; without it, .backup begins anew at each commit of
# the app, and may never end.
# SQLite's locks hold back SQLite alone. Whoever puts another file over the live one meanwhile leaves
# a copy of pages of both, which may even open: so within the transaction the file is looked at before
# and after, and the copy compared with it as far as it goes, but for the counters that .backup writes
# and the page for locks, from 1 GiB on. What checkpoints of a -wal may write then, is no change.
copy() {
  mode=ro
  [ -e "$live-wal" ] || [ "$(journal "$live")" != wal ] || mode='ro&immutable=1'
  [ -e "$live-wal" ] || [ ! -w "$live" ] || [ ! -w "${live%/*}" ] || mode=rw
  from="file://$(printf '%s' "$live" | sed 's/%/%25/g; s/?/%3f/g; s/#/%23/g')?mode=$mode"
  pin='SELECT sqlite_version() FROM (SELECT count(*) FROM sqlite_master);'
  export live copy look='stat -Lc "%i $([ -s "$live-wal" ] || stat -Lc "%s %y" "$live")" "$live" >&3'
  export same="$look"'; [ -s "$live-wal" ] || cmp -l "$live" "$copy" 2>&1 |
    grep -Ev "^ *(2[5-8]|4[1-4]|9[3-9]|100|107[0-9]{7}) |EOF on $copy" | head -n 1 >&3'
  for _ in 1 2 3; do rm -rf item && mkdir item
    if command -v sqlite3 >/dev/null; then
      sqlite3 -batch -init /dev/null -cmd '.timeout 30000' "$from" "BEGIN; $pin" \
        '.system eval "$look"' ".backup $copy" '.system eval "$same"'
    else
      python3 -c 'import os, sqlite3, sys
source = sqlite3.connect(sys.argv[1], uri=True, timeout=30, isolation_level=None)
print(*source.execute("BEGIN").execute(sys.argv[2]).fetchone())
look = lambda name: os.system(os.environ[name])
look("look"), source.backup(sqlite3.connect(sys.argv[3])), look("same")' "$from" "$pin" "$copy"
    fi 3>seen >version 2>said || break
    [ ! -s "$copy" ] || [ "$(sort -u seen | wc -l)$(wc -l <seen)" != 12 ] || return 0
    echo 'it was replaced, or written to without SQLite, while it was copied' >said
  done
  why="SQLite could not copy $live: $(tail -n 1 said)."
  grep -q 'image is malformed' said && die "$why" "$(stop)" 1
  die "$why" "Check its path and owner, the free space, and who has it open: fuser -v '$live'"
}

# What to do when the live database is damaged: nothing is brought back before it is said what.
stop() { echo "Stop the app. What would be brought back: restore.sh --dry-run$of"; }

# Asks a copy of the live database, which is ours to write to: opened read-only, SQLite passes over
# CHECK. It is the word of the SQLite on this machine, and of this moment.
check() {
  [ -s "$live" ] || die "$live is missing or empty." "$(stop)" 1
  copy
  if command -v sqlite3 >/dev/null; then
    sqlite3 -batch -init /dev/null "$copy" 'PRAGMA integrity_check(20)'
  else
    python3 -c 'import sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check(20)")
print(*[row[0] for row in rows], sep="\n")' "$copy"
  fi >said 2>&1
  case $(cat said) in
  ok) printf '%s is sound: SQLite %s says ok to every page, row, index and CHECK.\nnext: %s\n' \
    "$live" "$(cat version)" "Push a new copy: push.sh -v$of" ;;
  *Error*'no such '* | *Error*unknown*) die "SQLite here cannot ask $live: $(grep -m 1 Error said)." \
    'Ask it where the app loads its own functions, collations and modules.' 3 ;;
  *) die "$live is damaged. SQLite $(cat version) says:
$(sed -n '1,5s/^/  /p' said)" "$(stop)" 1 ;;
  esac
}

digest() { "$1sum" <"$copy" | cut -d ' ' -f 1; }
fields() { printf 'data-urlencode = "%s"\n' "$@"; }

# Puts a copy and its claim into the spool. The rename comes last: both are there, or neither.
take() {
  [ -s "$live" ] || die "$live is missing or empty." 'If it is lost, restore.sh brings back a copy.'
  [ -z "$(find "$live" -size "+$(df -Pk . | awk 'END { print $4 }')k" 2>/dev/null)" ] || full
  set -- "database=$SNAPPROOF_DATABASE" "host=$(uname -n)" "taken_at=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  copy && say "copied $(wc -c <"$copy") bytes"
  set -- "$@" "journal_mode=$(journal "$copy")" "sqlite_version=$(cat version)"
  [ -z "${SNAPPROOF_SET:-}" ] || set -- "$@" "set=$SNAPPROOF_SET" "set_size=$SNAPPROOF_SET_SIZE"
  if [ "$encoding" = gzip ]; then
    set -- "$@" "raw_size_bytes=$(wc -c <"$copy")" "raw_sha256=$(digest sha256)"
    { gzip -n "$copy" && mv "$copy.gz" "$copy"; } || full
  fi
  set -- "$@" "encoding=$encoding" "size_bytes=$(wc -c <"$copy")" "md5=$(digest md5)"
  { fields "$@" "sha256=$(digest sha256)" >item/claim && mv item "../$(date +%s)-$$"; } || full
}

# What waits in the spool, oldest first; and the letting go of all but the newest 3.
waiting() { find .. -maxdepth 1 -name '[0-9]*-*' | sort; }
thin() { waiting | sort -r | tail -n +4 | xargs -I % mv % .; }

# Tries a step again, after growing pauses of $1 seconds in all, until its fault is a lasting one.
# Where too many ask for tickets in the same minute (429), a next one brings the turn of others: that
# is worth five times the wait.
# A pause lets go of the lock: if this script is killed, the sleeping must not keep the next out.
patiently() {
  left=$1 pause=2 && shift
  until "$@"; do
    [ "$passing" = yes ] && [ "$left" -gt 0 ] || return 1
    sleep "$pause" 9>&-
    left=$((left - pause / crowd)) pause=$((pause < 15 ? pause * 2 : 30))
  done
}

# Runs curl for $1, with the settings $2 and one more option. Settings go through stdin, as every
# user of the machine can read the arguments of a program. 412 is a store that has these bytes.
reach() {
  : >answer
  status=$(printf '%s\n' "$2" | curl -q -gsS --proto =http,https --connect-timeout 10 \
    -Y 1000 -y 60 -K - -o answer -w '%{http_code}' "$3" "$4" 2>noise) ||
    status="nothing: $(tail -n 1 noise)"
  why="$1 answered $status$(sed -n 's/.*<Code>\([A-Za-z]*\)<.*/ \1/p; s/^verdict//p' answer)."
  passing=yes mend='If the next run says so too, check address, network, clock and bucket.'
  case $1$status in */ticket429) crowd=5 ;; *) crowd=1 ;; esac
  [ "$status" = 200 ] || [ "$status" = 412 ]
}

# An answer of a function is lines of `key value`.
field() { sed -n "s/^$1 //p" answer; }
notices() { sed -n 's/^notice /push.sh: /p' answer >&2; }
findings() { echo && sed -n "s/^finding \($1 .*\)/  \1/p" answer; }

# Posts a form, $2, to a function, $1; its answer must have a line that begins with $3.
post() {
  reach "$SNAPPROOF_URL/$1" "header = \"Authorization: Bearer $SNAPPROOF_TOKEN\"
$2" --url "$SNAPPROOF_URL/$1" && grep -Eq "^($3)" answer && return
  grep -q '^fault ' answer && why=$(field why) mend=$(field mend) passing=$(field passing)
  return 1
}

# Asks for a ticket, and puts a copy where it says, with the headers it says and no others. This is
# tried again as a whole: a fresh address cures one that has expired, and the same bytes get the
# same ticket, whether or not they had arrived.
deliver() {
  post ticket "$(cat "$1/claim" && fields script=2)" 'ticket |unchanged ' || return 1
  say "$(head -n 1 answer)" && notices
  ticket=$(field ticket)
  [ -n "$ticket" ] || return 0
  reach 'The store' "$(sed -n 's/[\\"]/\\&/g; s/^put \(.*\)/url = "\1"/p
    s/^header \([a-z0-9-]*: .*\)/header = "\1"/p' answer)" -T "$1/snapshot" || return 1
  say uploaded
}

# Waits for the verdict and tells it. The store has the copy by now, and nothing is kept here.
conclude() {
  patiently "${SNAPPROOF_WAIT:-900}" post verdict "$(fields "ticket=$ticket" script=2)" \
    'verdict (passed|warned|accepted|unmet|failed|unverifiable)' || :
  mend=$(field mend | sed "s| SETTINGS|$of|") && notices
  case $(field verdict) in
  passed | warned | accepted) say "verdict $(field verdict)$(findings '[a-z]*')" ;;
  failed) fail "The database is damaged: $ticket failed.$(findings failed)" "$mend" 1 ;;
  unmet) fail "$ticket is whole, and not what is expected.$(findings unmet)" "$mend" 4 ;;
  unverifiable) fail "$ticket cannot be verified.$(findings unverifiable)" "$mend" 3 ;;
  *) fail "$ticket is stored, but has no verdict yet: $why" 'Look at the status page.' 3 ;;
  esac
}

# Pushes several databases beside one another, under one id: they can be restored as a set.
together() {
  worst=0 code=0 pids='' set=$(date -u +%Y%m%dT%H%M%SZ)-$$
  for file; do
    SNAPPROOF_SET=$set SNAPPROOF_SET_SIZE=$# sh "$0" "$file" & pids="$pids $!"
  done
  for pid in $pids; do wait "$pid" || code=$?; [ "$worst" = 1 ] || worst=$code; done
  exit "$worst"
}

main() {
  [ "${1:-}" != --set ] || { shift && together "$@"; }
  verbose='' ask='' encoding=identity worst=0 copy=item/snapshot of=''
  for arg; do
    case $arg in
    -v) verbose=yes ;;
    --gzip) encoding=gzip ;;
    --check) ask=yes ;;
    -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit ;;
    *) settings "$arg" && of=" $arg" ;;
    esac
  done
  for rule in 'DATABASE=[a-z0-9][a-z0-9_-]*' 'FILE=.+' 'TOKEN=.+' \
    'URL=(https://|http://(localhost|127\.0\.0\.1|\[::1])[:/])[^@]+'; do
    env | grep -Eqx "SNAPPROOF_$rule" ||
      die "SNAPPROOF_${rule%%=*} is missing or malformed." 'push.sh --help tells what it should be.'
  done
  need curl curl && need flock util-linux
  command -v python3 >/dev/null || need sqlite3 sqlite3
  live=$(readlink -f -- "$SNAPPROOF_FILE") || die "There is no $SNAPPROOF_FILE." 'Check the path.'
  spool=${SNAPPROOF_SPOOL:-${live%/*}}/.snapproof-$SNAPPROOF_DATABASE
  { mkdir -p -- "$spool" && cd -- "$spool" && touch lock; } 2>/dev/null ||
    die "Nothing can be written in $spool." 'Set SNAPPROOF_SPOOL to a folder of your own.'
  exec 9>>lock
  flock -n 9 || die "Another push of $SNAPPROOF_DATABASE is going on." 'Let it end.'
  { rm -rf tmp && mkdir -p tmp/item && cd tmp; } 2>/dev/null || full
  trap 'thin; rm -rf ../tmp' EXIT
  trap 'die "It was stopped by a signal." "Run push.sh again."' HUP INT TERM
  [ -z "$ask" ] || { check && exit; }
  (take) || worst=$?
  for item in $(waiting); do
    patiently 60 deliver "$item" || die "$why The copy stays in $spool for the next run." "$mend"
    mv "$item" . # Out of the spool in one step; all of tmp, where we stand, goes at the end.
    [ -z "$ticket" ] || conclude
  done
  exit "$worst"
}

main "$@"
