# back-sqlite.sh is what restore.sh must know of SQLite; it reads this in, chosen by SNAPPROOF_KIND.
# There may be a back-KIND.sh for every kind of thing that is a file, with these four in it.
# SC2034: restore.sh uses them. SC2154: it has $again.
# shellcheck shell=sh disable=SC2034,SC2154

# What may stand beside a database and belongs to it, by the end of its name.
parts='-wal -shm -journal'

# How to get at what is left in a copy that is not sound.
salvaging='To get rows out of it: sqlite3 FILE .recover >rows.sql'

tools() { has sqlite3 || python3 -c 'import sqlite3' 2>/dev/null || need sqlite3 sqlite3; }

# Asks the file copy.db whether it is sound, and ends the restore where it is not. Read as
# immutable, it stays as it is: no -wal or -shm appears beside it.
ask_copy() {
  if has sqlite3; then
    sqlite3 -batch -init /dev/null 'file:copy.db?mode=ro&immutable=1' 'PRAGMA integrity_check;'
  else
    python3 -c 'import sqlite3
copy = sqlite3.connect("file:copy.db?mode=ro&immutable=1", uri=True)
print(*[row[0] for row in copy.execute("PRAGMA integrity_check")], sep="\n")'
  fi >found 2>&1 || :
  # From 3.44 on it asks full-text indexes too. One that is merely behind the table it is kept for, or has
  # a tokenizer of the app, is in a copy that was proven; a damaged one is not.
  index='^(malformed|unable to validate the) inverted index for FTS[345] table '
  if [ -s found ] && ! grep -Eqv "$index" found; then
    say "checked: size and SHA-256 are those of the proven copy; SQLite says ok, but of a full-text index:"
    say "  $(sed -n 1p found)"
    return
  fi
  case $(cat found) in
  ok) say "checked: size, SHA-256 and integrity_check are right" ;;
  *'no such collation'* | *'unknown function'* | *'no such module'*)
    say "checked: size and SHA-256 are those of the proven copy; SQLite alone cannot check further:"
    say "  $(sed -n '$p' found)"
    ;;
  *) die "The copy is damaged; nothing was changed. SQLite says:
$(sed -n '1,5s/^/  /p' found)" "$again" 1 ;;
  esac
}
