#!/bin/sh
# restore.sh brings back the newest proven copy of a database, and keeps what stood there before.
#
#   restore.sh [OPTIONS] [SETTINGS]        say:  restore.sh /etc/snapproof/tokens.env
#
#   --set           in front of several SETTINGS: all of them as they were pushed together, at one
#                   moment, or none. With --at TIME, or the name of a set as --sets shows it
#   --sets          show of which sets there is a sound copy; change nothing
#   --list          show the stored copies: verdict, rows, and what changed; change nothing
#   --dry-run       say which copy it would be, and what is to be known of it; change nothing
#   --at TIME       the copy of a day (2025-07-04), a time (2025-07-04T12:00Z) or a ticket
#   --to PATH       where to put it: SNAPPROOF_FILE, unless set. A dump of PostgreSQL goes into a new
#                   database beside the live one, unless set
#   --diff T1 T2    show what came and went between two copies, named by their tickets
#   --local         the newest of the copies that push.sh has kept on this machine, or with --at TICKET
#                   that one: without the network, the functions and a token
#   --if-missing    in a start script: only where no live file is; where there is one, exit 0
#   --salvage       with --at TICKET: fetch a copy that is not sound, for a look, beside the live file
#   --even-if-open  go on although a process has the database open; it will not see the new file
#
# Before anything is done it says which copy it is. Where that one lacks something it asks; without
# a terminal it does nothing then, unless the copy is named by its ticket.
#
# Reads   the file SETTINGS (mode 600) or else the environment. Of the file, which is read and never
#         run, lines NAME=value whose name begins with SNAPPROOF_: `export` before the name, blanks
#         around the value, quotes around all of it, and # with a blank before it do not count.
#           SNAPPROOF_URL       address of the functions, https://... (http:// only to localhost)
#           SNAPPROOF_DATABASE  name of the database, such as tokens
#           SNAPPROOF_FILE      path of the live database
#           SNAPPROOF_KIND      what kind of database it is: sqlite, unless set
#           SNAPPROOF_RESTORE_TOKEN   restore token of this database; asked for when it is not set
# Needs   curl, flock, openssl or sha256sum; gzip for compressed copies; ask.sh and back-KIND.sh
#         beside it, and what the latter says: for SQLite, sqlite3 or python3
# Prints  what it does, and at the end how to undo it
# Exits   0 restored, listed or told, 1 the copy is damaged, 2 could not; then nothing has changed

# SC2015: in `a && b || die`, die is meant for both. SC2034: $passing is read in ask.sh. SC2154:
# $parts and $salvaging come from back-KIND.sh. SC2317: patiently calls by name.
# shellcheck disable=SC2015,SC2034,SC2154,SC2317
set -euf
umask 077
export LC_ALL=C
here=$(dirname -- "$(readlink -f -- "$0")")

say() { printf '%s\n' "$1"; }
die() { printf 'restore.sh: %s\nmend: %s\n' "$1" "$2" >&2; exit "${3:-2}"; }
beside() { [ -r "$here/$1" ] || die "$here/$1 is missing." 'Copy it there, from lib/droplet.'; }
has() { command -v "$1" >/dev/null; }
need() { has "$1" || die "$1 is missing; nothing was changed." "Install it: apt-get install $2"; }
digest() { { "$1sum" || openssl dgst -r "-$1"; } <"$2" 2>/dev/null | cut -d ' ' -f 1; }
size() { echo $(($(wc -c <"$1"))); }
full() {
  die "There is no room ${1:+for $1 bytes }beside ${target:-$PWD}; nothing was changed." \
    'Free space, or restore to another disk: --to PATH'
}
# A disk that is full, or one's share of it, by what a program says of it.
is_full() { case $1 in *'No space left'* | *'quota exceeded'*) ;; *) return 1 ;; esac; }
quoted() { printf '%s' "$1" | sed "s/'/'\\\\''/g; s/^/'/; s/\$/'/"; }

# A secret is asked for without showing it, and never taken as an argument.
ask_for_token() {
  [ -t 0 ] || die 'SNAPPROOF_RESTORE_TOKEN is not set, and there is no terminal to ask for it.' \
    'Set it in the environment or in the settings file.'
  trap 'stty echo' EXIT
  trap 'echo >&2; exit 130' HUP INT TERM
  stty -echo
  printf 'restore token of %s (not shown): ' "$SNAPPROOF_DATABASE" >&2
  IFS= read -r SNAPPROOF_RESTORE_TOKEN || :
  stty echo
  trap - EXIT HUP INT TERM
  echo >&2
}

# Runs curl for $1 with the settings $2. These go through stdin, as every user of the machine can
# read the arguments of a program. $status is 000 when there was no answer; then curl says why.
reach() {
  code=0 passing=yes who=$1 config=$2 && shift 2
  status=$(printf '%s\n' "$config" | curl -q -gS --connect-timeout 10 -K - \
    -w '%{http_code}' "$@" 2>&8) || code=$?
  [ "$code" != 23 ] || full
  mend='Check the address and the network; for a certificate, the clock and ca-certificates.'
  why="$who could not be reached (curl $code): $(sed -n '$s/^curl: ([0-9]*) //p' noise)."
}

# Posts a form, $2, to a function, $1; the first line of its answer must begin with $3.
post() {
  : >answer
  reach "$SNAPPROOF_URL/$1" "header = \"Authorization: Bearer $SNAPPROOF_RESTORE_TOKEN\"
$2" -s --max-time 60 -o answer "$SNAPPROOF_URL/$1"
  [ "$code" = 0 ] || return 1
  [ "$status" != 200 ] || ! { cat answer && echo; } | sed -n 1p | grep -Eq "^($3)" || return 0
  why=$(field why) mend=$(field mend) passing=$(field passing)
  [ -n "$why" ] || passing=yes mend='Check SNAPPROOF_URL. If it is right, look at the functions.' \
    why="$SNAPPROOF_URL/$1 answered $status, but not in the words of Snapproof."
  return 1
}

# Asks `restore` with the fields behind $1 for a minute, until its answer begins with that.
asked() {
  begins=$1 && shift
  patiently 60 post restore "$(fields "$@")" "$begins"
}

# Each try asks for a fresh address, so that an expired one is cured as well.
download() { patiently 60 fetch "$@"; }
fetch() {
  [ -z "$local" ] || { room "$(field size_bytes)" && copy "$kept/$name" && return; }
  post restore "$(fields "$@" "at=$ticket")" 'ticket ' || return 1
  room "$(field size_bytes)" "$(field raw_size_bytes)"
  : >copy.db
  reach 'The store' "$(sed -n 's/[\\"]/\\&/g; s/^get \(.*\)/url = "\1"/p' answer)" \
    "$meter" -Y 1000 -y 60 -o copy.db
  [ "$status$code" = 2000 ] && return
  [ "$code" = 0 ] || return 1
  [ "$status" != 404 ] || passing=no
  why="The store answered the download with $status."
  mend='Run restore.sh again later. If it says so again, look at the bucket and its keys.'
  return 1
}

copy() { said=$(cp -- "$1" copy.db 2>&1) || { is_full "$said" && full; } || die "$said" "$again"; }

room() {
  [ "$(df -Pk . | awk 'END { print $4 }')" -gt $((($1 + ${2:-0}) / 1024)) ] ||
    full $(($1 + ${2:-0}))
}

# Says which copy it would be, and what is to be known of it, before anything is done.
consider() {
  [ -z "$local" ] || { from_here && return; }
  asked 'ticket ' "$@" look=yes ${at:+"at=$at"} || die "$why Nothing was changed." "$mend"
  sed -n 's/^say //p' answer
  ticket=$(field ticket) question=$(field ask) instead=$(field instead)
}

# A copy that SNAPPROOF_KEEP_LOCAL has kept, told as the functions would tell of it.
from_here() {
  name=$(kept_in "$kept" | sed 's|.*/||' | grep -F -- "_${at#*_}" | tail -n 1) || :
  [ -n "$name" ] && [ -r "$kept/$name.sha256" ] ||
    die "There is no copy${at:+ $at} in $kept; nothing was changed." \
      "Leave --local out. There are: $(kept_in "$kept" | sed 's|.*/||; s|\..*||' | tr '\n' ' ')"
  again='Leave --local out: then the copy comes from the store.' ticket=${name%%.*} question=''
  { printf 'ticket %s\nsha256 %s\n' "$ticket" "$(cut -d ' ' -f 1 "$kept/$name.sha256")"
    printf 'size_bytes %s\n' "$(size "$kept/$name")"
    [ "$name" = "${name%.gz}" ] || echo 'encoding gzip'; } >answer
  say "copy        $ticket, kept on this machine"
}

# A person decides. Without a terminal only one who has named the copy has decided already.
decide() {
  if [ -z "$question" ] ||
    { [ ! -t 0 ] && [ "$at" = "$ticket" ] && [ -z "${SNAPPROOF_UNNAMED:-}" ]; }; then return 0; fi
  [ -t 0 ] || die "$question Nothing was changed." "$instead"
  printf '%s\nBring it back all the same? Type yes: ' "$question" >&2
  IFS= read -r said && [ "$said" = yes ] || die 'Nothing was changed.' "$instead"
}

# Compares a file with what was promised: $1 the file, $2 its size, $3 its SHA-256, $4 what it is.
same() {
  [ "$(size "$1")" = "$2" ] ||
    die "$4 has $(size "$1") bytes instead of $2; nothing was changed." "$again" 1
  [ "$(digest sha256 "$1")" = "$3" ] ||
    die "$4 has another SHA-256 than promised; nothing was changed." "$again" 1
}

fits() { [ "$(size "$1")" = "$2" ] && [ "$(digest sha256 "$1")" = "$3" ]; }

# The first place brought nothing, or other bytes than were promised: the second may have the copy as it was.
elsewhere() {
  [ -z "$local" ] && [ -z "$(field from)" ] || return 1
  first=$why how=$mend
  if download "$@" place=second && fits copy.db "$(field size_bytes)" "$(field sha256)"; then
    say "from        $(field from): what the first one brought is not the copy"
    return
  fi
  why=$first mend=$how
  return 1
}

check() {
  if ! fits copy.db "$(field size_bytes)" "$(field sha256)"; then
    wrong=$(same copy.db "$(field size_bytes)" "$(field sha256)" 'The download' 2>&1) || :
    elsewhere "$@" || { printf '%s\n' "$wrong" >&2 && exit 1; }
  fi
  if [ "$(field encoding)" = gzip ]; then
    need gzip gzip
    # It ends with 2 where bytes stand behind a whole archive, which it has unpacked.
    mv copy.db copy.db.gz && said=$(gzip -d copy.db.gz 2>&1) || [ "$?" = 2 ] ||
      { is_full "$said" && full; } ||
      die 'The download cannot be unpacked; nothing was changed.' "$again" 1
    # What an older script left was announced by nobody: the download is the one that was proven.
    [ -z "$(field raw_sha256)" ] ||
      same copy.db "$(field raw_size_bytes)" "$(field raw_sha256)" 'The unpacked copy'
  fi
  ask_copy
}

# The processes that have a part of the database open; compared by device and inode, which holds
# across names and containers, and needs neither fuser nor lsof.
users() (
  set +f
  set -- /proc/[0-9]*/fd # Listed before find starts, which opens the file itself.
  for part in '' $parts; do
    find -L "$@" -maxdepth 1 -samefile "$target$part" 2>/dev/null | cut -d / -f 3
  done | sort -nu
)

# Stops while somebody has the database open: that process would go on writing to the old file.
refuse_while_open() {
  [ -z "$force" ] || return 0
  [ -e /proc/self/fd ] || die 'Without /proc it cannot be seen whether the database is open.' \
    'Stop the app, and add --even-if-open.'
  found=$(users | tr '\n' ' ')
  [ -z "$found" ] || die "$target is open in process ${found% }; nothing was changed." \
    'Stop the app and run this again. See who it is: ps -fp PROCESS. Or add --even-if-open.'
}

# Moves the parts of a database from $1 to $2. The main file goes $3 (first or last), as a part
# beside a main file that it does not belong to destroys that file as soon as it is opened.
move() {
  [ "$3" = last ] || [ ! -e "$1" ] || mv -- "$1" "$2" || return 1
  for part in $parts; do
    [ ! -e "$1$part" ] || mv -- "$1$part" "$2$part" || return 1
  done
  [ "$3" = first ] || [ ! -e "$1" ] || mv -- "$1" "$2"
}

# Nothing stands beside the database that belongs to it, as after an app that was stopped cleanly.
alone() {
  for part in $parts; do [ ! -e "$target$part" ] || return 1; done
}

# Takes up what a run that was killed has left. The file `aside` is written before the first move
# and says where the old database goes; copy.db is there until the last move.
recover() {
  [ -s aside ] || return 0
  old=$(cat aside)
  if [ -e "$old" ] && [ ! -e "$target" ]; then
    move "$old" "$target" last || die "$old could not be put back." "mv '$old' '$target'"
    say "An earlier restore was stopped half-way; the old database was put back to $target."
  elif [ -e "$old" ] && [ -n "$(find "$old" -samefile "$target")" ]; then
    rm -f -- "$old"
    say "An earlier restore was stopped before it changed anything."
  elif [ -e "$old" ] && [ -e copy.db ]; then
    say "An earlier restore was stopped half-way, and a new $target was made by somebody since."
    say "The database from before that restore is kept as $old."
  elif [ -e "$old" ]; then
    say "An earlier restore did put its copy in place; what stood there before is kept as $old."
  fi
  rm -f aside
}

# Until the first move everything is as it was; after the last one everything is done. A database
# that stands alone gets a second name, and the copy takes its first in one step. Otherwise there
# are some milliseconds between the two without a main file, which a next run recovers from.
swap() {
  until old=$target.before-$(date -u +%Y-%m-%dT%H%M%SZ) && [ ! -e "$old" ]; do sleep 1; done
  like=$target
  [ -e "$target" ] || like=$([ "$(id -u)" != 0 ] && echo copy.db || echo ..)
  mode=600
  [ ! -e "$target" ] || mode=$(stat -c %a "$target")
  chmod "$mode" copy.db
  owner=$(stat -c '%u:%g' "$like")
  chown "$owner" copy.db 2>/dev/null ||
    say "note: the old file belongs to $owner, the new one to you. As root: chown $owner '$target'"
  sync copy.db 2>/dev/null || sync
  trap '' HUP INT TERM
  { printf '%s\n' "$old" >aside; } 2>/dev/null || full
  sync aside 2>/dev/null || sync
  if ! { alone && ln -- "$target" "$old" 2>&8; } && ! move "$target" "$old" first ||
    ! mv copy.db "$target"; then
    recover
    die "The copy could not be put in place of $target." 'Look at the owner and mode of its folder.'
  fi
  rm -f aside
  sync .. 2>/dev/null || sync
}

all_parts() { for part in '' $parts; do printf ' %s' "$(quoted "$1$part")"; done; }

# The main file comes back last, for the same reason as in move.
what_now() {
  say 'To undo this, stop the app and type:'
  say "  rm -f$(all_parts "$target")"
  for part in $parts ''; do
    [ ! -e "$old$part" ] || say "  mv $(quoted "$old$part") $(quoted "$target$part")"
  done
  [ ! -e "$old" ] ||
    say "What stood there before may go once the app runs and nobody misses anything:
  rm -f$(all_parts "$old")"
  [ "$target" != "$(readlink -f -- "$live")" ] || say 'Now start the app.'
}

# What only tells works in a folder of its own, and leaves nothing.
aside() {
  work=$(mktemp -d 2>/dev/null) && cd "$work" ||
    die "Nothing can be written in ${TMPDIR:-/tmp}." 'Free space there, or name another: TMPDIR.'
  trap 'rm -rf "$work"' EXIT
  exec 8>noise
}

list() {
  asked 'copy |$' "$@" list=yes ${at:+"at=$at"} || die "$why" "$mend"
  { echo 'copy ticket verdict taken_at size_bytes - rows change' && cat answer; } |
    awk '{ head = sprintf("%-42s %-12s %-24s %12s %9s ", $2, $3, $4, $5, $7)
      for (i = 1; i < 8; i++) sub(/^[^ ]+ /, ""); print head " " $0 }'
}

sets() {
  asked 'set |$' "$@" list=sets ${at:+"at=$at"} || die "$why" "$mend"
  sed -n 's/^set //p' answer
}

diff() {
  asked 'say ' "$@" "at=${diff% *}" "diff=${diff#* }" || die "$why" "$mend"
  sed -n 's/^say //p' answer
}

dry() {
  consider "$@"
  lands="put in place of ${to:-the live file}"
  [ "$into" = file ] || lands='brought into a new database beside the live one'
  say "${question:-Nothing speaks against it.} It would be $lands; nothing was changed."
}

# A copy that is not sound, as it is: beside the live file, and never in its place.
salvage() {
  [ ! -e "$target" ] ||
    die "$target is there already; nothing was changed." 'Name another: --to PATH'
  download "$@" || die "$why Nothing was changed." "$mend"
  [ "$(field encoding)" != gzip ] ||
    { mv copy.db copy.db.gz && said=$(gzip -dc copy.db.gz 2>&1 >copy.db); } || [ "$?" = 2 ] ||
    { is_full "$said" && full; } ||
    say 'It could be unpacked in part only.'
  mv copy.db "$target"
  say "It is NOT sound. What there is of it, $(size "$target") bytes, stands in $target"
  say "$salvaging"
}

# A start script asks for a restore each time, and means it where there is nothing to start with.
unless_there() {
  [ -z "$missing" ] || [ ! -e "$1" ] || { say "$1 is there; nothing was changed." && exit; }
}

main() {
  at='' to='' task='' diff='' salvage='' force='' missing='' local='' together='' files='' file='' meter=-s said=''
  again='Try once more. If it says so again, take an older copy: --list shows them, --at TICKET.'
  while [ "$#" -gt 0 ]; do
    case $1 in
    --list) task=list ;;
    --sets) task=sets ;;
    --set) together=yes ;;
    --dry-run) task=dry ;;
    --salvage) salvage=yes ;;
    --diff) [ "$#" -gt 2 ] || die '--diff needs two tickets.' '--list shows them.' ;;
    --even-if-open) force=yes ;;
    --if-missing) missing=yes ;;
    --local) local=yes ;;
    --at | --to) [ "$#" -gt 1 ] || die "$1 needs a value." 'restore.sh --help shows examples.' ;;
    -v) ;;
    -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0" && exit ;;
    -*) die "There is no option $1." 'restore.sh --help tells which there are.' ;;
    *) [ -z "$file" ] || [ -n "$together" ] || die 'There is more than one SETTINGS.' 'Restore one at a time.' ;;
    esac
    case $1 in
    --at) at=$2 && shift ;;
    --to) to=$2 && shift ;;
    --diff) task=diff diff="$2 $3" && shift 2 ;;
    [!-]*) file=$1 files="$files$1
" ;;
    esac
    shift
  done
  # shellcheck source=/dev/null
  beside ask.sh && . "$here/ask.sh"
  # shellcheck source=/dev/null
  [ -z "$together" ] ||
    { beside restore-set.sh && . "$here/restore-set.sh" && restore_set "$at" "$files" && exit; }
  settings "$file"
  wanted
  into='file'
  # shellcheck source=/dev/null
  beside "back-$SNAPPROOF_KIND.sh" && . "$here/back-$SNAPPROOF_KIND.sh"
  live=${SNAPPROOF_FILE:-}
  # What is brought into a server is fetched into a folder of its own all the same.
  [ "$into" = file ] || live=${SNAPPROOF_SPOOL:-$PWD}/$SNAPPROOF_DATABASE.sql
  [ -z "$to$salvage" ] || into='file'
  to=${to:-${live:+$live${salvage:+.salvage-$at}}}
  [ -n "$to$task" ] || die 'SNAPPROOF_FILE is not set.' 'Set it, or name the place: --to PATH'
  [ -z "$salvage" ] || [ -n "$at" ] || die '--salvage needs one copy.' 'Name it: --at TICKET'
  case $at$(echo "$diff" | sed 's/ //') in
  *[!A-Za-z0-9:._+-]*) die "--at $at is not understood." 'Say --at 2025-07-04, or see --list.' ;;
  esac
  [ -z "$missing" ] || [ "$into" = file ] ||
    die '--if-missing is for a live file.' 'Of a server, restore beside what is there.'
  # What an earlier run has put aside is put back first, below.
  [ -s "$(readlink -f -- "$to").restoring/aside" ] || unless_there "$to"
  [ -z "$local" ] || [ -z "$task$salvage" ] ||
    die '--local brings a copy back, and does nothing else.' 'Leave it out.'
  home=$(readlink -f -- "${SNAPPROOF_FILE:-$PWD/-}") && home=${home%/*}
  kept=${SNAPPROOF_KEPT:-${SNAPPROOF_SPOOL:-$home}/.snapproof-$SNAPPROOF_DATABASE/kept}
  [ -n "${SNAPPROOF_RESTORE_TOKEN:-}$local" ] || ask_for_token
  SNAPPROOF_RESTORE_TOKEN=$(printf '%s' "${SNAPPROOF_RESTORE_TOKEN:-}" | tr -d '[:space:]')
  export SNAPPROOF_RESTORE_TOKEN
  [ -n "$local" ] || wanted 'RESTORE_TOKEN=[A-Za-z0-9._~+/=:-]+'
  need curl curl
  has sha256sum || need openssl openssl
  set -- "database=$SNAPPROOF_DATABASE" script=2 ${salvage:+salvage=yes}
  case $task in list | sets | diff | dry) aside && "$task" "$@" && exit ;; esac
  need flock util-linux
  tools
  target=$(readlink -f -- "$to") && [ -d "${target%/*}/" ] && [ ! -d "$target" ] ||
    die "$to cannot be the path of a database." 'Check SNAPPROOF_FILE or --to.'
  [ -z "$salvage" ] || [ "$target" != "$(readlink -f -- "$live")" ] ||
    die 'A copy that is not sound is never put in place of the live file.' 'Name another: --to PATH'
  work=$target.restoring
  said=$(mkdir -p -- "$work" 2>&1 && cd -- "$work" && touch lock noise answer 2>&1) &&
    cd -- "$work" || { is_full "$said" && full; } ||
    die "Nothing can be written in ${target%/*}." 'Run restore.sh as the owner of that folder.'
  exec 9>>lock
  flock -n 9 || die "Another restore of $target is going on." 'Let it come to its end.'
  recover
  rm -f copy.db copy.db.gz
  trap 'cd / && rm -rf "$work"' EXIT
  unless_there "$target"
  trap 'die "It was stopped by a signal; nothing was changed." "Run restore.sh again."' HUP INT TERM
  exec 8>noise
  [ ! -t 2 ] || { exec 8>&2 && meter=-#; } # A person sees the progress, and curl's own words.
  [ -n "$salvage" ] || refuse_while_open
  consider "$@"
  [ -z "$salvage" ] || { salvage "$@" && exit; }
  decide
  [ "$(id -u)" = 0 ] || [ ! -e "$target" ] ||
    say 'note: processes of other users cannot be seen; make sure that the app is stopped.'
  download "$@" || { [ "$who" = 'The store' ] && elsewhere "$@"; } ||
    die "$why Nothing was changed." "$mend"
  from=$(field from)
  [ -n "$local" ] ||
    say "downloaded $(field ticket)${from:+ from the second place}: taken $(field taken_at), verified $(field verified_at)"
  check "$@"
  [ "$into" = file ] || { bring && exit; }
  refuse_while_open
  swap
  say "restored $target"
  [ ! -e "$old" ] || say "What stood there before is kept as $old."
  what_now
}

main "$@"
