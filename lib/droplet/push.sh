#!/bin/sh
# push.sh copies a live database, sends the copy away, and asks whether it is sound.
#
#   push.sh [OPTIONS] [SETTINGS]         in cron, say:  push.sh /etc/snapproof/tokens.env
#   push.sh [OPTIONS] --set SETTINGS...  databases that belong together, copied at one moment
#
#   -v       say each step as it happens
#   --gzip   compress the copy before it is sent
#   --check  ask the live database whether it is sound; send nothing
#
# Reads   the file SETTINGS (mode 600) or else the environment. Of the file, which is read and never
#         run, lines NAME=value whose name begins with SNAPPROOF_: `export` before the name, blanks
#         around the value, quotes around all of it, and # with a blank before it do not count.
#           SNAPPROOF_URL       address of the functions, https://... (http:// only to localhost)
#           SNAPPROOF_DATABASE  name of the database, such as tokens: a-z, 0-9, _ and -
#           SNAPPROOF_TOKEN     push token of this database
#           SNAPPROOF_FILE      path of the live database, where it is a file
#           SNAPPROOF_KIND      what kind of database it is: sqlite, unless set
#           SNAPPROOF_HOST      what this machine is called: its own name, unless set. A copy from
#                               another machine than the one before it is told.
#           SNAPPROOF_SPOOL     where the folder .snapproof-NAME is made: beside the database,
#                               unless set; of one that is no file it must be. What could not be
#                               sent waits there for the next run, the newest 3 copies; otherwise
#                               it holds only an empty lock file.
#           SNAPPROOF_KEEP_LOCAL  so many copies stay there, in the folder kept, for restore.sh
#                               --local: the newest that were sent and are sound; 0, unless set
#           SNAPPROOF_CANARY    on: the copy of a SQLite file must hold a row that is written into
#                               the live one just before, in a table of ours, snapproof_canary
#           SNAPPROOF_WAIT      seconds to wait for a verdict: 900, unless set
# Needs   curl, flock, sha256sum, md5sum; and take-KIND.sh beside it, which makes the copy
# Prints  nothing when all is well, so that a mail from cron always means trouble; at a terminal, a
#         line. What each run came to stands in the log of the machine: journalctl -t snapproof
# Exits   0 sound or unchanged, 1 damaged, 2 could not, 3 no verdict yet or unverifiable,
#         4 whole, and not what lib/databases.ts expects

# SC2034: $passing and $crowd are read in ask.sh. SC2086: no word of $belongs has a blank in it.
# SC2317: patiently calls by name. SC2015: what is wanted is there, or that is the end.
# shellcheck disable=SC2015,SC2034,SC2086,SC2317
set -euf
umask 077
export LC_ALL=C
here=$(dirname -- "$(readlink -f -- "$0")") options=' ' belongs='' pids='' code=0 worst=0

# Tells what is wrong and how to mend it. Of the exit codes of a run, 1 (damaged) outranks the rest.
fail() { printf 'push.sh: %s\nmend: %s\n' "$1" "$2" >&2; log "$1"; [ "$worst" = 1 ] ||
  worst=${3:-2}; }
# One line a run, in the log of this machine, where it has one: journalctl -t snapproof
log() { echo "${SNAPPROOF_DATABASE:-}: $1" | head -n 1 | logger -t snapproof 2>/dev/null || :; }
# All went well: a person at a terminal wants to see that too.
well() { log "$1"; ! [ -t 1 ] || given -v || printf '%s: %s\n' "$SNAPPROOF_DATABASE" "$1"; }
die() { fail "$@"; exit "$worst"; }
full() { die "There is no room for a copy in $spool." 'Free space, or set SNAPPROOF_SPOOL.'; }
need() { command -v "$1" >/dev/null || die "$1 is missing." "Install it: apt-get install $2"; }
beside() { [ -r "$here/$1" ] || die "$here/$1 is missing." 'Copy it there, from lib/droplet.'; }
given() { case $options in *" $1 "*) ;; *) return 1 ;; esac; }
say() { ! given -v || printf '%s\n' "$1"; }

digest() { "$1sum" <item/snapshot | cut -d ' ' -f 1; }
facts() { sed -nE 's/[\\"]/\\&/g; s/^([a-z0-9_]+) (.*)/data-urlencode = "\1=\2"/p' facts; }

# Has the taker make a copy, and puts it into the spool with a claim. The rename comes last: both
# are there, or neither. Where there is no copy, the taker has said why, and the mend.
take() {
  set -- "database=$SNAPPROOF_DATABASE" "host=$SNAPPROOF_HOST" "taken_at=$(date -u +%FT%TZ)"
  sh "$taker" item/snapshot >facts || return
  say "copied $(wc -c <item/snapshot) bytes"
  [ "$SNAPPROOF_KIND" = sqlite ] || set -- "$@" "kind=$SNAPPROOF_KIND"
  grep -q '^encoding ' facts || set -- "$@" encoding=identity
  set -- "$@" "size_bytes=$(wc -c <item/snapshot)" "md5=$(digest md5)" "sha256=$(digest sha256)"
  { { fields "$@" $belongs && facts; } >item/claim && mv item "../$(date +%s)-$$"; } || full
}

# What waits in the spool, oldest first; and the letting go of all but the newest 3.
waiting() { find .. -maxdepth 1 -name '[0-9]*-*' | sort; }
thin() { waiting | sort -r | tail -n +4 | xargs -I % mv % .; }

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
  post ticket "$(cat "$1/claim" && fields script=2)" 'ticket |unchanged ' || return
  say "$(head -n 1 answer)" && notices
  ticket=$(field ticket) name=$(sed -n 's|^put [^?]*/\([^/?]*\).*|\1|p' answer)
  [ -n "$ticket" ] || return 0
  reach 'The store' "$(sed -n 's/[\\"]/\\&/g; s/^put \(.*\)/url = "\1"/p
    s/^header \([a-z0-9-]*: .*\)/header = "\1"/p' answer)" -T "$1/snapshot" && say uploaded
}

notices() { sed -n 's/^notice /push.sh: /p' answer >&2; }
findings() { echo && sed -n "s/^finding \($1 .*\)/  \1/p" answer; }

# Waits for the verdict on $1 and tells it. The store has the copy by now, and nothing is kept here.
conclude() {
  patiently "${SNAPPROOF_WAIT:-900}" post verdict "$(fields "ticket=$ticket" script=2)" \
    'verdict (passed|warned|accepted|unmet|failed|unverifiable)' || :
  mend=$(field mend) && notices
  case $(field verdict) in
  passed | warned | accepted) well "$(field verdict) $ticket, $(wc -c <"$1/snapshot") bytes"
    say "verdict $(field verdict)$(findings '[a-z]*')"; keep "$1" ;;
  failed) fail "The database is damaged: $ticket failed.$(findings failed)" "$mend" 1 ;;
  unmet) fail "$ticket is whole, and not what is expected.$(findings unmet)" "$mend" 4 ;;
  unverifiable) fail "$ticket cannot be verified.$(findings unverifiable)" "$mend" 3 ;;
  *) fail "$ticket is stored, but has no verdict yet: $why" 'Look at the status page.' 3 ;;
  esac
}

# Pushes one database: the one that SETTINGS, $1, tells of, or else the environment.
push() {
  settings "$1" && wanted TOKEN=.+ && need curl curl && need flock util-linux
  [ "$SNAPPROOF_KIND" = sqlite ] && wanted FILE=.+ || wanted 'SPOOL=.+|SNAPPROOF_FILE=.+'
  taker=$here/take-$SNAPPROOF_KIND.sh && beside "take-$SNAPPROOF_KIND.sh"
  live=$(readlink -f -- "${SNAPPROOF_FILE:-$here}") ||
    die "There is no $SNAPPROOF_FILE." 'Check the path.'
  export SNAPPROOF_FILE="${SNAPPROOF_FILE:+$live}"
  spool=${SNAPPROOF_SPOOL:-${live%/*}}/.snapproof-$SNAPPROOF_DATABASE
  { mkdir -p -- "$spool" && cd -- "$spool" && touch lock; } 2>/dev/null ||
    die "Nothing can be written in $spool." 'Set SNAPPROOF_SPOOL to a folder of your own.'
  exec 9>>lock
  flock -n 9 || die "Another push of $SNAPPROOF_DATABASE is going on." 'Let it end.'
  { rm -rf tmp && mkdir -p tmp/item && cd tmp; } 2>/dev/null || full
  trap 'thin; rm -rf ../tmp' EXIT
  trap 'die "It was stopped by a signal." "Run push.sh again."' HUP INT TERM
  ! given --check || { sh "$taker" --check item/snapshot; exit; }
  until hear take && worst=0 || { worst=$? && ! give_up; }; do :; done
  [ "$worst" -lt 3 ] || fail "$taker ended with exit code $worst." 'Run push.sh again.'
  for item in $(waiting); do
    patiently 60 deliver "$item" || die "$why The copy stays in $spool for the next run." "$mend"
    mv "$item" . # Out of the spool in one step; all of tmp, where we stand, goes at the end.
    if [ -n "$ticket" ]; then conclude "${item##*/}"; else well "$(head -n 1 answer)"; fi
  done
  exit "$worst"
}

main() {
  for arg; do
    shift
    case $arg in
    -v | --check | --set) options="$options$arg " ;;
    --gzip) export SNAPPROOF_GZIP=yes ;;
    -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit ;;
    -*) die "There is no option $arg." 'push.sh --help tells which there are.' ;;
    *) set -- "$@" "$arg" ;;
    esac
  done
  # shellcheck source=/dev/null
  beside ask.sh && . "$here/ask.sh"
  [ "$#" -gt 0 ] || ! given --set || die '--set needs SETTINGS.' 'push.sh --help shows examples.'
  [ "$#" -lt 2 ] || given --set || die 'There is more than one SETTINGS.' 'Say --set, or push one.'
  given --set || push "${1:-}"
  # Beside one another, and under one id: they can be restored as a set.
  belongs="set=$(date -u +%Y%m%dT%H%M%SZ)-$$ set_size=$#"
  for file; do (push "$file") & pids="$pids $!"; done
  for pid in $pids; do wait "$pid" || code=$?; [ "$worst" = 1 ] || worst=$code; done
  exit "$worst"
}

main "$@"
