# ask.sh is what push.sh and restore.sh share: how they read their settings, and how they ask again.
# They read it in, and have a `die` of their own that tells what is wrong and how to mend it.
# SC2034, SC2154: $crowd, $passing, $name and the rest are theirs as well.
# shellcheck shell=sh disable=SC2034,SC2154

# Reads the file SETTINGS, $1, where one is given. It is read, not run: root's cron may use settings
# that belong to the app's user. What is no setting of ours is left out; so are, around a value, the
# blanks, a comment, and the quotes. What is left is taken as it is.
settings() {
  if [ -n "$1" ]; then
    [ -r "$1" ] ||
      die "The settings file $1 is missing or not readable." 'Check its path and owner.'
    [ -n "$(find -L "$1" ! -perm /077)" ] ||
      die "Others than its owner may read $1, and the token in it." "chmod 600 '$1'"
    while IFS= read -r line && [ -n "$line" ]; do export "${line?}"; done <<SETTINGS
$(sed -E "/^[^=]*=[[:blank:]]*[\"']/!s/[[:blank:]]+#.*//
      s/^[[:blank:]]*(export[[:blank:]]+)?(SNAPPROOF_[A-Z_]+)[[:blank:]]*=[[:blank:]]*/\2=/
      /^SNAPPROOF_[A-Z_]+=/!d
      s/[[:space:]]+\$//
      s/^([A-Z_]+=)(\"([^\"]*)\"|'([^']*)')([[:blank:]]+#.*)?\$/\1\3\4/" "$1")
SETTINGS
  fi
  export SNAPPROOF_KIND="${SNAPPROOF_KIND:-sqlite}" SNAPPROOF_HOST="${SNAPPROOF_HOST:-$(uname -n)}"
  export SNAPPROOF_SETTINGS="$1" SNAPPROOF_KEEP_LOCAL="${SNAPPROOF_KEEP_LOCAL:-0}"
}

# Sees that what both scripts must know is set and well formed, and so is what the rules $@ ask for.
# A database names a folder, and a kind a script; and a token goes over no network in the open.
wanted() {
  set_now=$(env)
  for rule in 'DATABASE=[a-z0-9][a-z0-9_-]*' 'KIND=[a-z0-9-]+' 'HOST=[^"\\]+' \
    'KEEP_LOCAL=[0-9]{1,3}' \
    'URL=(https://|http://(localhost|127\.0\.0\.1|\[::1])[:/])[^@]+' "$@"; do
    printf '%s\n' "$set_now" | grep -Eqx "SNAPPROOF_$rule" ||
      die "SNAPPROOF_${rule%%=*} is missing or malformed." "${0##*/} --help tells what it should be."
  done
}

# A form is lines of curl's; an answer of a function is lines of `key value`.
fields() { printf 'data-urlencode = "%s"\n' "$@"; }
field() { sed -n "s| SETTINGS|${SNAPPROOF_SETTINGS:+ $SNAPPROOF_SETTINGS}|; s/^$1 //p" answer; }

# The copies that SNAPPROOF_KEEP_LOCAL keeps in the folder $1, by their names in the store: oldest first.
kept_in() { find "$1" -maxdepth 1 -type f -name '*_*' ! -name '*.sha256' 2>/dev/null | sort; }

# Lets go of the oldest of them in ../kept until fewer than $1 are left: with 0 as well, none.
let_go() {
  kept_in ../kept | sort -r | tail -n "+$1" | while IFS= read -r old; do
    rm -f -- "$old" "$old.sha256"
  done
}

# Keeps the copy of the item $1, which was sent and is sound, as $name. The spool is on the same disk, so
# that this takes no more of it. Whatever goes wrong with it goes wrong with no backup.
keep() {
  let_go "$SNAPPROOF_KEEP_LOCAL"
  if [ "$SNAPPROOF_KEEP_LOCAL" -eq 0 ]; then rmdir ../kept 2>/dev/null || :; return; fi
  { mkdir -p ../kept && sed -n "s|.*\"sha256=\(.*\)\"|\1  $name|p" "$1/claim" \
    >"../kept/$name.sha256" && mv "$1/snapshot" "../kept/$name"; } 2>/dev/null ||
    rm -f "../kept/$name" "../kept/$name.sha256"
}

# Runs $@, and has in $said what it says on stderr: that is told once it is known to be the last word.
hear() { { said=$("$@" 2>&1 >&3) || return "$?"; } 3>&1; last_word; }
last_word() { [ -z "$said" ] || printf '%s\n' "$said" >&2; }

# Gives up the oldest kept copy, where $said tells that there was no room: then it is worth another try.
give_up() {
  count=$(kept_in ../kept | wc -l)
  case $said in *'There is no room'*) [ "$count" = 0 ] || { let_go "$count" && return; } ;; esac
  last_word && return 1
}

# Tries a step again, after growing pauses of $1 seconds in all, until its fault is a lasting one.
# Where too many ask for tickets in the same minute (429), a next one brings the turn of others:
# that is worth five times the wait. What a function took to answer counts as well, since one whose
# store hangs takes its whole time for it; not what an upload took: it is worth a second try.
# A pause lets go of the lock: if the script is killed, the sleeping must not keep the next out.
crowd=1
patiently() {
  left=$1 pause=2 && shift
  until began=$(date +%s) && "$@"; do
    took=$(($(date +%s) - began))
    [ "$1" != post ] || [ "$took" -lt 1 ] || left=$((left - took))
    [ "$passing" = yes ] && [ "$left" -gt 0 ] || return 1
    sleep "$pause" 9>&-
    left=$((left - pause / crowd)) pause=$((pause < 16 ? pause * 2 : 30))
  done
}
