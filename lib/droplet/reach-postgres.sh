# reach-postgres.sh is what take-postgres.sh and back-postgres.sh share: how pg_dump and psql are told
# of the server, and of no password where others see it. They have a `die` of their own.
# SC2034: $server is used there.
# shellcheck shell=sh disable=SC2034

# Takes SNAPPROOF_POSTGRES apart, into $server, which may stand among the arguments of a program, where
# every user of the machine can read it, and into PGPASSWORD, which may not. A word alone is the name
# of a service in ~/.pg_service.conf. Whatever it does not say, libpq takes from the variables PG*, and a
# password that is said nowhere from ~/.pgpass.
reach_server() {
  server=${SNAPPROOF_POSTGRES:-}
  case $server in
  postgres://* | postgresql://*)
    secret=$(picked 's|^[a-z]+://[^:@/]*:([^@/]*)@.*|\1|p; t
      s|^.*[?&]password=([^&]*).*|\1|p' | unpercented)
    server=$(printf '%s\n' "$server" | sed -E 's|^([a-z]+://[^:@/]*):[^@/]*@|\1@|
      s/([?&])password=[^&]*&?/\1/')
    ;;
  *=*)
    secret=$(picked "s/.*$(word password).*/\\2/p" | sed -E "s/^'(.*)'\$/\\1/; s/\\\\(.)/\\1/g")
    server=$(printf '%s\n' "$server" | sed -E "$(without password)")
    ;;
  *) secret='' server=${server:+service=$server} ;;
  esac
  ! printf '%s' "$server" | grep -Eq 'password[[:space:]]*=' ||
    die 'SNAPPROOF_POSTGRES holds a password that cannot be taken out of it.' \
      'Write the password into ~/.pgpass, and leave it out there.'
  [ -n "${server:-${PGSERVICE:-${PGDATABASE:-}}}" ] ||
    die 'SNAPPROOF_POSTGRES is missing.' 'push.sh --help tells what it should be.'
  [ -z "$secret" ] || export PGPASSWORD="$secret"
  export PGCONNECT_TIMEOUT="${PGCONNECT_TIMEOUT:-30}" PGCLIENTENCODING="${PGCLIENTENCODING:-UTF8}"
}

# One word of host=... port=..., as libpq reads it.
word() {
  printf '%s' "(^|[[:space:]])$1[[:space:]]*=[[:space:]]*"
  printf '%s' "('([^'\\\\]|\\\\.)*'|([^'[:space:]\\\\]|\\\\.)([^[:space:]\\\\]|\\\\.)*)"
}
without() { printf '%s' "s/$(word "$1")/\\1/; s/[[:space:]]+\$//; s/^[[:space:]]+//"; }
picked() { printf '%s\n' "$server" | sed -nE "$1"; }

# In a connection URI any sign may be written as % and two digits.
unpercented() {
  awk '{
    digits = "0123456789abcdef"
    while (at = match($0, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
      code = tolower(substr($0, at + 1, 2))
      number = (index(digits, substr(code, 1, 1)) - 1) * 16 + index(digits, substr(code, 2, 1)) - 1
      out = out substr($0, 1, at - 1) sprintf("%c", number)
      $0 = substr($0, at + 3)
    }
    print out $0
  }'
}

# The same server, in another database of it, whose name is a plain word: what is said last of a connection
# holds.
in_database() {
  case $server in
  *://*\?*) printf '%s&dbname=%s' "$server" "$1" ;;
  *://*) printf '%s?dbname=%s' "$server" "$1" ;;
  *) printf '%s dbname=%s' "$(printf '%s\n' "$server" | sed -E "$(without dbname)")" "$1" ;;
  esac
}
