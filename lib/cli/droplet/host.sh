# What `snapproof enroll`, `upgrade` and `uninstall` can do on the host: sent there whole, by ssh or as one
# paste, with the calls of it behind it. Done twice, it leaves what once left.
# SC2034, SC2317: what is called, and with what, stands behind it.
# shellcheck shell=sh disable=SC2034,SC2317
set -eu
umask 022
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin # Where cron is, and what apt-get asks for: a root by plain su has neither.
cd / # Root's home is closed to whom the pushes are run as.
bin=/usr/local/bin etc=/etc/snapproof crontabs=/etc/cron.d spools=/var/lib/snapproof worst=0 replaced=''

die() { printf 'snapproof: %s\nmend: %s\n' "$1" "$2" >&2; exit 2; }
say() { printf '%s\n' "$1"; }
as_root() {
  [ "$(id -u)" = 0 ] || die "This is for root, and you are $(id -un)." 'sudo -i, and paste it again.'
}

# A folder for its lines alone runs nothing; systemd may stand in for it.
has_cron() {
  command -v cron >/dev/null || command -v crond >/dev/null ||
    [ -e /lib/systemd/system-generators/systemd-crontab-generator ]
}

# Nothing that is only recommended: with cron a whole mail server would come.
fetch() { DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" 2>&1; }

# Installs what is missing, each said as PROGRAM:PACKAGE.
need() {
  missing=''
  for one; do command -v "${one%:*}" >/dev/null || missing="$missing ${one#*:}"; done
  { [ -d "$crontabs" ] && has_cron; } || missing="$missing cron"
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null ||
    die "Missing here:$missing." 'Install that with what this host has for it, and do this again.'
  say "installing$missing"
  # shellcheck disable=SC2086 # The names are words without blanks.
  told=$(fetch $missing || { apt-get update -qq 2>&1 && fetch $missing; }) || {
    printf '%s\n' "$told" >&2
    die "apt-get could not install$missing; what it says stands above." 'Mend that, and do this again.'
  }
}

# Puts a script, which comes by stdin, into its place: in one step, since a push may be running.
put() {
  [ ! -f "$bin/$1" ] || grep -q SNAPPROOF "$bin/$1" ||
    die "There is a $1 of another program in $bin." "Move it away, and do this again: mv $bin/$1 $bin/other-$1"
  base64 -d | gzip -d >"$bin/.$1.new"
  case $1 in push.sh | restore.sh) chmod 755 "$bin/.$1.new" ;; *) chmod 644 "$bin/.$1.new" ;; esac
  if cmp -s "$bin/.$1.new" "$bin/$1"; then rm "$bin/.$1.new" && return; fi
  mv "$bin/.$1.new" "$bin/$1"
  replaced="$replaced $1"
}
put_told() { say "scripts      in $bin, ${replaced:+new:}${replaced:-as they were}"; }

as_owner() {
  if [ "$(id -un)" = "$owner" ]; then sh -c "$1"; else su -s /bin/sh "$owner" -c "$1"; fi
}

# Of which database, in which file if it is one, and whose? The user who is named, or who owns the file.
about() {
  database=$1 live=$2 owner=$3 settings=$etc/$1.env
  [ -z "$live" ] || [ -f "$live" ] || die "There is no $live on $(uname -n)." \
    "Say where it lives: enroll $database=/srv/app/data/$database.db"
  [ -n "$owner" ] || owner=$(stat -c %U -- "$live")
  id -u -- "$owner" >/dev/null 2>&1 ||
    die "There is no user $owner on $(uname -n)." 'Name the one that the app runs as: --user NAME'
  as_owner : || die "Nothing can be run as $owner here; what su says stands above." \
    "Mend that account, or name another user who may read it: --user NAME"
}

# Settings come by stdin. What you wrote into the file yourself stays: further settings, another spool,
# and a password within an address that is the same otherwise.
settle() {
  install -d -m 755 "$etc"
  install -m 600 -o "$owner" /dev/null "$settings.new"
  names='SNAPPROOF_KIND|SNAPPROOF_FILE'
  while IFS= read -r line; do
    name=${line%%=*} names="$names|${line%%=*}" was=''
    [ ! -f "$settings" ] || was=$(grep "^$name=" "$settings" | tail -n 1) || was=''
    case $name in *_SPOOL) [ -z "$was" ] || line=$was ;; esac
    [ "$(printf '%s\n' "$was" | sed -E 's|(://[^:/@]*):[^@]*@|\1@|')" != "$line" ] || line=$was
    printf '%s\n' "$line"
  done >"$settings.new"
  [ ! -f "$settings" ] || grep -Ev "^[[:blank:]]*(export[[:blank:]]+)?($names)[[:blank:]]*=" "$settings" \
    >>"$settings.new" || :
  mv "$settings.new" "$settings"
  say "settings     $settings, for $owner alone"
}

# Of what is no file: only root can make a folder there, and only its owner is to write in it.
spool() {
  install -d -m 755 "$spools"
  install -d -m 700 -o "$owner" "$spools/$database"
  say "spool        $spools/$database, for what could not be sent"
}

# Every day at 01:00. A line that is there already stays, as its hour may be yours.
every_day() {
  entry=$crontabs/snapproof-$database
  grep -qs " $owner $bin/push.sh .*$settings" "$entry" || {
    echo "0 1 * * * $owner $bin/push.sh $settings" >"$entry.new"
    mv "$entry.new" "$entry"
  }
  say "cron         $entry: $(cut -d ' ' -f 1-5 "$entry" | tail -n 1), this host's clock ($(date +%Z))"
}

# The first copy, as cron will make it, and what becomes of it.
first() {
  say "push.sh      as $owner, each step:" && code=0
  as_owner "$bin/push.sh -v $settings" || code=$?
  [ "$worst" = 1 ] || [ "$code" = 0 ] || worst=$code
}

# Of a host that has nothing of ours nothing is made newer.
must_be_enrolled() {
  for one in "$etc"/*.env; do [ ! -f "$one" ] || return 0; done
  die "No database is enrolled on $(uname -n)." 'npx snapproof enroll DATABASE=/path/of/it --ssh root@HOST'
}

# Takes one database away again. Copies that could not be sent are nobody's to delete.
forget() {
  database=$1 settings=$etc/$1.env entry=$crontabs/snapproof-$1
  if [ ! -f "$settings" ] && [ ! -f "$entry" ]; then say "$database     was not here"; return; fi
  of() { sed -nE "s/^SNAPPROOF_$1=['\"]?([^'\"]*)['\"]?\$/\1/p" "$settings" 2>/dev/null | tail -n 1; }
  key=$(of TOKEN | cut -d . -f 3) live=$(of FILE) kept=$(of SPOOL)
  [ -n "$kept" ] || kept=${live%/*}
  waiting=$kept/.snapproof-$database
  if [ -n "$kept" ] && [ -d "$waiting" ]; then
    flock -n "$waiting/lock" true || die "A push of $database is going on." 'Let it end, and do this again.'
    rm -rf "$waiting/tmp" && rm -f "$waiting/lock"
    rmdir "$waiting" 2>/dev/null || say "$database     has something left in $waiting, which stays"
  fi
  rmdir "$spools/$database" 2>/dev/null || :
  rm -f "$entry" "$settings"
  say "$database     its settings and its line of cron are gone; the key id of its token was ${key:-unknown}"
}

# Where no database is left, nobody needs the scripts, $@, either.
forget_scripts() {
  set -- "$@"
  for one in "$etc"/*.env; do [ ! -f "$one" ] || { say "scripts      stay: $one needs them" && return; }; done
  for one; do [ ! -f "$bin/$one" ] || ! grep -q SNAPPROOF "$bin/$one" || rm "$bin/$one"; done
  rmdir "$spools" "$etc" 2>/dev/null || :
  say 'scripts      are gone; the live databases were not touched'
}
forget_all() {
  for one in "$etc"/*.env; do [ ! -f "$one" ] || { one=${one##*/} && forget "${one%.env}"; }; done
  # A line of cron without its settings does nothing but complain.
  for one in "$crontabs"/snapproof-*; do [ ! -f "$one" ] || forget "${one##*/snapproof-}"; done
}
