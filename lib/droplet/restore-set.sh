# restore-set.sh brings databases back that were pushed together, at one moment or none of them; restore.sh
# --set reads it in. Every copy is fetched and checked before the first is put in place. Where one cannot
# be put there, those before it are taken back. How one is brought back, restore.sh alone knows.
# SC2154: $here and $work are of restore.sh, and so are say and die.
# shellcheck shell=sh disable=SC2154

# Runs restore.sh for the settings $1, with the token that was asked for once.
one() {
  file=$1 && shift
  token=$(printf '%s\n' "$tokens" | sed -n "s|^.* $file\$|&|p" | cut -d ' ' -f 1)
  SNAPPROOF_RESTORE_TOKEN=$token sh "$here/restore.sh" "$@" "$file"
}

# The newest set, or the one named $2, that has a sound copy of each of the $1 databases and of no other.
choose_set() {
  awk -v many="$1" -v named="$2" '
    (named != "" && $1 != named) || $2 != many || ($1, FILENAME) in seen { next }
    { seen[$1, FILENAME]; if (FILENAME == "1.sets") order[++sets] = $1; count[$1]++ }
    END { for (i = 1; i <= sets; i++) if (count[order[i]] == many) { print order[i]; exit } }
  ' $(seq -f %.0f.sets "$1")
}

# Undoes what was put in place, the last first, by the commands that restore.sh has printed for it.
take_back() {
  while [ "$nth" -gt 1 ]; do
    nth=$((nth - 1))
    sed -n '/^To undo/,/^[^T ]/s/^  //p' "$nth.done" >undo
    sh -e undo || say "It could not be taken back. Do by hand: $(cat undo)" >&2
  done
}

# Restores the set of the moment, or of the name, $1: the databases of the settings $2, a file a line.
restore_set() {
  at=$1 named='' nth=0 tokens='' folders='' IFS='
'
  # shellcheck disable=SC2086
  set -- $2
  unset IFS
  case $at in [0-9]*T*Z-*) named=$at at='' ;; esac
  [ "$#" -gt 1 ] || die '--set needs the settings of several databases.' 'Name each of them behind it.'
  for file; do
    shift
    file=$(readlink -f -- "$file") && set -- "$@" "$file"
    case $file in *[!A-Za-z0-9._/-]*) die "$file has signs in it that --set does not take." 'Rename it.' ;; esac
    token=$(settings "$file" && { [ -n "${SNAPPROOF_RESTORE_TOKEN:-}" ] || ask_for_token; } &&
      printf '%s' "$SNAPPROOF_RESTORE_TOKEN" | tr -d '[:space:]') || exit
    tokens="$tokens$token $file
"
  done
  aside
  for file; do
    nth=$((nth + 1))
    one "$file" --sets ${at:+--at "$at"} >"$nth.sets" || exit
  done
  chosen=$(choose_set "$#" "$named")
  [ -n "$chosen" ] || die "There is no set of these $# databases${named:+ named $named} whose copies are all sound." \
    'See what there is: restore.sh --sets SETTINGS. Or bring each back by itself.'
  say "set         $chosen" && nth=0
  [ -n "$named" ] || export SNAPPROOF_UNNAMED=yes
  trap 'rm -rf "$work"; printf "%s" "$folders" | while IFS= read -r old; do rm -rf "$old"; done' EXIT
  for file; do
    nth=$((nth + 1)) && ticket=$(sed -n "s/^$chosen [0-9]* //p" "$nth.sets" | head -n 1)
    live=$(settings "$file" && readlink -f -- "${SNAPPROOF_FILE:-/}")
    [ "$live" != / ] || die "$file names no SNAPPROOF_FILE." 'Bring a database of a server back by itself.'
    folder=$live.of-set
    { rm -rf "$folder" && mkdir "$folder"; } 2>/dev/null ||
      die "Nothing can be written in ${live%/*}; nothing was changed." 'Run restore.sh as its owner.'
    folders="$folders$folder
"
    { one "$file" --at "$ticket" --to "$folder/$ticket.db" || echo "$?" >failed; } | sed -u '/^restored /,$d'
    [ ! -e failed ] || exit "$(cat failed)"
    echo "$(sha256sum <"$folder/$ticket.db" | cut -d ' ' -f 1)  $ticket.db" >"$folder/$ticket.db.sha256"
  done
  nth=0
  trap '' HUP INT TERM
  for file; do
    nth=$((nth + 1)) && ticket=$(sed -n "s/^$chosen [0-9]* //p" "$nth.sets" | head -n 1)
    SNAPPROOF_KEPT=$(settings "$file" && readlink -f -- "$SNAPPROOF_FILE").of-set
    export SNAPPROOF_KEPT
    one "$file" --local --at "$ticket" >"$nth.done" || {
      code=$? && take_back
      die 'Of the set none was put in place; all is as it was.' 'See why above, and run it again.' "$code"
    }
  done
  for nth in $(seq "$#"); do sed -n '/^Now start/d; /^restored/,$p' "$nth.done"; done
  say 'All of the set are back, at one moment. Now start the app.'
}
