# back-postgres.sh is what restore.sh must know of PostgreSQL; it reads this in, chosen by SNAPPROOF_KIND.
# A dump is brought into a NEW database beside the live one; names are exchanged by a person. Nothing is
# ever dropped. With --to FILE the dump itself is put there, and no server is asked.
#
# Reads   SNAPPROOF_RESTORE_POSTGRES  as SNAPPROOF_POSTGRES, which holds unless this is set: the way to the
#                                     server for a role that may create databases (CREATEDB suffices)
# SC2034: restore.sh uses them. SC2154: it has $into, $here and $again; $server is of reach-postgres.sh.
# shellcheck shell=sh disable=SC2034,SC2154

parts=''
salvaging='It is SQL: read it, and let no server run it unread.'
into=server

tools() {
  [ "$into" = server ] || return 0
  need psql postgresql-client
  # shellcheck source=/dev/null
  beside reach-postgres.sh && . "$here/reach-postgres.sh"
  SNAPPROOF_POSTGRES=${SNAPPROOF_RESTORE_POSTGRES:-${SNAPPROOF_POSTGRES:-}}
  reach_server
  said=$(mktemp)
  # Where the live database is lost, another one on that server is a way in. It is one, besides,
  # from which the live one can be renamed.
  for other in postgres defaultdb template1 ''; do
    [ -n "$other" ] || die "The server cannot be reached: $(sed -n '1s/^psql: error: //p' "$said"); nothing was changed." \
      "$(! grep -q password "$said" || echo 'Put the right password into ~/.pgpass (mode 600), or into the settings file. ')\
Try it by hand: psql -d $(quoted "$server"). Another role: SNAPPROOF_RESTORE_POSTGRES."
    way=$(in_database "$other")
    ! ask "$way" 'SELECT 1' >/dev/null 2>"$said" || break
  done
  live_name=$(ask "$server" 'SELECT current_database()' 2>"$said" ||
    sed -n 's/.*FATAL:  database "\(.*\)" does not exist$/\1/p' "$said")
  rm -f "$said"
  live_name=${live_name:-$SNAPPROOF_DATABASE}
}

ask() { psql -XAtqw -v ON_ERROR_STOP=1 "--dbname=$1" -c "$2"; }
identifier() { printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')"; }
literal() { printf '%s' "$1" | sed "s/'/''/g; s/^/'/; s/\$/'/"; }

# Asks the file copy.db whether it is whole, and ends the restore where it is not.
ask_copy() {
  tail -n 9 copy.db | grep -q '^-- PostgreSQL database dump complete' ||
    die 'The dump does not end as pg_dump ends one; nothing was changed.' "$again" 1
  say 'checked: size, SHA-256 and the last line are right'
}

# Reads a dump statement by statement, as far as that is needed: rows between COPY and \. and bodies between
# marks of dollars are no statements. $1 is what is to be told: rows (how many, of each COPY), roles
# (that own something, or are granted something) or script (the dump without the lines in `left_out`).
# shellcheck disable=SC2016
parted() {
  awk -v task="$1" '
    function tell(text) { if (task == "script") print text }
    BEGIN { if (task == "script") while ((getline line <"left_out") > 0) out[line] = 1 }
    copying && $0 == "\\." {
      copying = 0
      gsub(/\047/, "\047\047", table)
      if (task == "rows") printf "%s(%d, \047%s\047)", many++ ? ",\n" : "INSERT INTO said VALUES\n", rows, table
    }
    copying { rows++ }
    copying || mark {
      if (mark && index($0, mark)) mark = ""
      tell($0); next
    }
    match($0, / AS \$[A-Za-z_]*\$/) {
      mark = substr($0, RSTART + 4, RLENGTH - 4)
      if (index(substr($0, RSTART + RLENGTH), mark)) mark = ""
      tell($0); next
    }
    # pg_dump writes it from version 17 on, and servers before that have no such setting.
    held == "" && $0 == "SET transaction_timeout = 0;" {
      tell("SELECT pg_catalog.set_config(name, \0470\047, false) FROM pg_catalog.pg_settings WHERE name = \047transaction_timeout\047;")
      next
    }
    # A name may go over several lines.
    held == "" && !/^(COPY|ALTER|GRANT|REVOKE|SET SESSION AUTHORIZATION) / { tell($0); next }
    { held = held == "" ? $0 : held "\n" $0 }
    !/;$/ { next }
    {
      said = held; role = held; held = ""
      sub(/;$/, "", role)
      if (said ~ /^COPY .* FROM stdin;$/) {
        match(said, /^COPY ("([^"]|"")*"|[^". (]+)(\.("([^"]|"")*"|[^" (]+))?/)
        table = substr(said, 6, RLENGTH - 5); copying = 1; rows = 0; role = ""
      } else if (sub(/^ALTER DEFAULT PRIVILEGES FOR ROLE /, "", role)) {
        sub(/ (IN SCHEMA .* )?(GRANT|REVOKE) .*/, "", role); role = "own " role
      } else if (sub(/^ALTER .* OWNER TO /, "own ", role)) {
      } else if (sub(/^SET SESSION AUTHORIZATION /, "own ", role)) {
        gsub(/\047/, "\"", role); if (role == "own DEFAULT") role = ""
      } else if (role ~ /^(GRANT|REVOKE) /) {
        sub(/ WITH GRANT OPTION$/, "", role); sub(/.* (TO|FROM) /, "grant ", role)
      } else role = ""
      if (role != "" && task == "roles") print role
      if (!(role in out)) tell(said)
    }
    END { if (many) print ";" }' copy.db
}

# Of the roles in the dump, those that are not here, or that we may not make the owner of anything. What
# concerns them is left out and told, and nothing else.
unknown_roles() {
  parted roles | sort -u | while IFS= read -r line; do
    role=$(literal "${line#* }")
    case $line in
    'grant PUBLIC') ;;
    own*) echo "SELECT $(literal "$line") WHERE NOT coalesce(pg_has_role(to_regrole($role), 'MEMBER'), false);" ;;
    *) echo "SELECT $(literal "$line") WHERE to_regrole($role) IS NULL;" ;;
    esac
  done | psql -XAtqw -v ON_ERROR_STOP=1 "--dbname=$way"
}

# A new database is as the live one is, in encoding and order of letters; template0 is empty.
create() {
  psql -XAtqw -v ON_ERROR_STOP=1 -v "new=$new" -v "live=$live_name" "--dbname=$way" <<'SQL'
SELECT coalesce((SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
    :'new', pg_encoding_to_char(encoding), datcollate, datctype)
  || CASE to_jsonb(d) ->> 'datlocprovider'
    WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
      coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
    WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
    ELSE '' END
  || CASE WHEN pg_has_role(datdba, 'MEMBER') THEN format(' OWNER %I', pg_get_userbyid(datdba)) ELSE '' END
  FROM pg_database AS d WHERE datname = :'live'),
  format('CREATE DATABASE %I TEMPLATE template0', :'new')) \gexec
SQL
}

# Counts what came back, beside what the dump held of it and what was written of this copy. The tables of an
# extension, which has rows of its own in them, are told by their names alone.
compare() {
  {
    printf "CREATE TEMPORARY TABLE said (rows bigint, name text, is_own boolean);\n"
    parted rows
    cat <<'SQL'
UPDATE said SET is_own = NOT EXISTS (SELECT FROM pg_depend
  WHERE classid = 'pg_class'::regclass AND objid = to_regclass(name) AND deptype = 'e');
SELECT coalesce(string_agg(format('SELECT %L WHERE %s <> (SELECT count(*) FROM %s %s)',
    'differs ' || name, rows, CASE relkind WHEN 'p' THEN '' ELSE 'ONLY' END, to_regclass(name)),
    ' UNION ALL '), 'SELECT WHERE false')
  FROM said JOIN pg_class AS t ON t.oid = to_regclass(name) WHERE is_own \gexec
SELECT 'differs ' || name FROM said WHERE to_regclass(name) IS NULL;
SELECT 'rows ' || coalesce(sum(rows), 0) FROM said;
SELECT 'tables ' || (SELECT count(*) FROM said WHERE NOT is_own) + count(*)
  FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = relnamespace
  WHERE relkind IN ('r', 'p', 'f') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend
      WHERE classid = 'pg_class'::regclass AND objid = t.oid AND deptype = 'e');
SQL
  } | psql -XAtqw -v ON_ERROR_STOP=1 "--dbname=$there" >counted 2>noise ||
    die "What came back could not be counted: $(tail -n 1 noise) $left" "$look" 1
  for figure in tables rows; do
    wanted=$(field "$figure") has=$(sed -n "s/^$figure //p" counted)
    [ -z "$wanted" ] || [ "$wanted" = "$has" ] || echo "differs $figure: $has instead of $wanted" >>counted
  done
  ! grep -q '^differs ' counted ||
    die "Not all of it came back: $(sed -n 's/^differs //p' counted | head -n 5 | tr '\n' ';') $left" "$look" 1
  say "checked: $(sed -n 's/^tables //p' counted) tables, $(sed -n 's/^rows //p' counted) rows, as they were written down"
}

bring() {
  new=$(printf '%.40s' "$SNAPPROOF_DATABASE" | tr - _)_restored_$(date -u +%Y%m%d_%H%M%S)
  there=$(in_database "$new")
  left="The database $new is left as it is; the live one was not touched."
  look="Look at it: psql -d $(quoted "$there"). To have it gone: psql -d $(quoted "$way") -c 'DROP DATABASE $new'"
  unknown_roles >left_out 2>noise ||
    die "The roles could not be looked up: $(tail -n 1 noise); nothing was changed." "$again"
  create 2>noise >counted ||
    die "No database could be created: $(tail -n 1 noise | sed 's/.*ERROR:  //'); nothing was changed." \
      'As a superuser: ALTER ROLE name CREATEDB. Or name another role: SNAPPROOF_RESTORE_POSTGRES.'
  say "restoring into the new database $new"
  { echo 'BEGIN;' && parted script && printf '\nCOMMIT;\n'; } |
    PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning" \
      psql -Xqw -v ON_ERROR_STOP=1 -f - "--dbname=$there" >/dev/null 2>noise ||
    die "PostgreSQL does not take it: $(grep -m 1 -E 'ERROR|FATAL|error|invalid' noise |
      sed 's/^psql:<stdin>:\([0-9]*\): ERROR: */line \1: /'). $left" \
      "$(! grep -q 'No space left' noise || echo "The server's disk is full: free space there, and do it again. ")$look" 1
  compare
  while read -r what role; do
    case $what in
    own) say "note: what $role owned belongs to you now: there is no such role, or you are none of it." ;;
    *) say "note: what was granted to $role is not: there is no such role." ;;
    esac
  done <left_out
  before=$(printf '%.40s' "$SNAPPROOF_DATABASE" | tr - _)_before_$(date -u +%Y%m%d_%H%M%S)
  say "restored $(field ticket) into $new, beside $live_name, which was not touched."
  say "To look at it:  psql -d $(quoted "$there")"
  if [ -n "$(ask "$way" "SELECT 1 FROM pg_database WHERE datname = $(literal "$live_name")")" ]; then
    say 'To put it in place of the live one, stop the app and type:'
    exchange "$live_name" "$before" "$new" "$live_name"
    say 'To undo that, stop the app and type:'
    exchange "$live_name" "$new" "$before" "$live_name"
    say "Rights and settings of the database itself (GRANT CONNECT, ALTER DATABASE ... SET) stay with $before."
  else
    say 'The live one is not there. To give this one its name:'
    exchange "$new" "$live_name"
  fi
}

# Both names in one transaction: there is no moment without a database of that name.
exchange() {
  printf '  psql -X1 -v ON_ERROR_STOP=1 -d %s' "$(quoted "$way")"
  while [ "$#" -gt 0 ]; do
    printf ' -c %s' "$(quoted "ALTER DATABASE $(identifier "$1") RENAME TO $(identifier "$2")")"
    shift 2
  done
  echo
}
