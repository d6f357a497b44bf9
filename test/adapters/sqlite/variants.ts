/** Sound databases of every kind that changes how rows or keys lie in a file. */

const numbers = (count: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`

const people = `
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, score REAL, big INTEGER, extra BLOB);
${numbers(400)} INSERT INTO people SELECT i, 'name ' || (i % 37), printf('%08x@example.org', i * 7919),
  CASE i % 3 WHEN 0 THEN i ELSE i / 3.0 END, 9007199254740993 + i * 1000003, zeroblob(i % 90) FROM n;
CREATE INDEX people_name ON people(name);
CREATE INDEX people_score ON people(score, name);
CREATE INDEX people_big ON people(big DESC);`

const visits = `
CREATE TABLE visits (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people(id), at TEXT, note TEXT);
${numbers(700)} INSERT INTO visits SELECT i, i % 400 + 1, printf('2026-%05d', i * 31 % 9973), hex(i * i) FROM n;
CREATE INDEX visits_person ON visits(person_id);
CREATE INDEX visits_at ON visits(at);`

export const mixed = people + visits

const pageSizes = [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]

export const variants: { name: string; sql: string }[] = [
  ...pageSizes.map((size) => ({
    name: `pages of ${size}`,
    sql: `PRAGMA page_size=${size}; ${mixed}`,
  })),
  {
    name: 'automatic vacuum',
    sql: `PRAGMA auto_vacuum=1; ${mixed} DELETE FROM visits WHERE id % 3 = 0;`,
  },
  {
    name: 'incremental vacuum',
    sql: `PRAGMA auto_vacuum=2; ${mixed} DELETE FROM people WHERE id > 200;`,
  },
  { name: 'free pages', sql: `${mixed} DELETE FROM visits WHERE id < 500;` },
  { name: 'UTF-16 little-endian', sql: `PRAGMA encoding='UTF-16le'; ${mixed}` },
  { name: 'UTF-16 big-endian', sql: `PRAGMA encoding='UTF-16be'; ${mixed}` },
  {
    name: 'a table without rowid',
    sql: `CREATE TABLE w (a TEXT, b INTEGER, c, PRIMARY KEY (b, a)) WITHOUT ROWID;
      ${numbers(500)} INSERT INTO w SELECT 'a' || i, i % 50, i * i FROM n; CREATE INDEX w_c ON w(c);`,
  },
  {
    name: 'a strict table',
    sql: `CREATE TABLE s (a INT, b TEXT, c REAL, d ANY) STRICT;
      ${numbers(300)} INSERT INTO s SELECT i, 'b' || i, i, CASE i % 2 WHEN 0 THEN 'x' || i ELSE i END FROM n;
      CREATE INDEX s_c ON s(c); CREATE INDEX s_d ON s(d);`,
  },
  {
    name: 'generated columns',
    sql: `CREATE TABLE g (a INTEGER, b TEXT AS (printf('%05d', a)) STORED, c AS (a * 2) VIRTUAL);
      ${numbers(300)} INSERT INTO g(a) SELECT i * 7 % 1000 FROM n;
      CREATE INDEX g_b ON g(b); CREATE INDEX g_c ON g(c);`,
  },
  {
    name: 'full-text search',
    sql: `CREATE VIRTUAL TABLE f USING fts4(title, body);
      ${numbers(200)} INSERT INTO f SELECT 'title ' || i, 'some words number ' || (i * i) FROM n;`,
  },
  { name: 'a partial index', sql: `${mixed} CREATE INDEX part ON visits(at) WHERE id % 2 = 0;` },
  {
    name: 'an index on an expression',
    sql: `${mixed} CREATE INDEX expr ON visits(length(note), at);`,
  },
  {
    name: 'indexes on expressions of some rows, in odd words',
    sql: `${mixed} CREATE INDEX "on (a)" ON visits(lower(note) || ',)' DESC, at COLLATE NOCASE,
        (CASE WHEN id % 3 = 0 THEN id / 2.0 ELSE at END) asc /* a ) remark */) WHERE (note > '1,') OR at IS NULL -- and another
      ; CREATE UNIQUE INDEX "u" ON people(upper("email"), -score) WHERE big % 3 = 0;`,
  },
  {
    name: 'an index on what JSON holds, where it is JSON',
    sql: `CREATE TABLE j (id INTEGER PRIMARY KEY, doc TEXT, kind TEXT AS (doc ->> '$.k') VIRTUAL);
      ${numbers(300)} INSERT INTO j SELECT i, CASE i % 4 WHEN 0 THEN '{"k":' ELSE json_object('k', i % 9, 'n', 'n' || i) END FROM n WHERE i % 4 > 0;
      INSERT INTO j(doc) VALUES (NULL), ('7'); CREATE INDEX j_n ON j(json_extract(doc, '$.n'), kind) WHERE json_valid(doc);`,
  },
  {
    name: 'expressions in UTF-16',
    sql: `PRAGMA encoding='UTF-16le'; ${mixed} CREATE INDEX expr ON visits(upper(note), at) WHERE at > '2026-02';
      CREATE INDEX name ON people(name || '!', hex(extra), score);`,
  },
  {
    name: 'tables without rowid that have indexes of every kind',
    sql: `CREATE TABLE w (a TEXT, b INTEGER, c, d BLOB, PRIMARY KEY (b DESC, a)) WITHOUT ROWID;
      ${numbers(500)} INSERT INTO w SELECT 'a' || i, i % 50, CASE i % 3 WHEN 0 THEN i * 0.5 ELSE i END, zeroblob(i) FROM n;
      CREATE INDEX w_c ON w(c, b); CREATE INDEX w_part ON w(a) WHERE b > 20; CREATE UNIQUE INDEX w_expr ON w(a || b, length(d));
      CREATE TABLE folded (a TEXT COLLATE NOCASE PRIMARY KEY, b) WITHOUT ROWID; ${numbers(90)} INSERT INTO folded SELECT hex(i), -i FROM n;
      ALTER TABLE folded ADD COLUMN later DEFAULT 7;`,
  },
  {
    name: 'keys that descend, fold case and ignore spaces',
    sql: `CREATE TABLE c (a TEXT COLLATE NOCASE, b TEXT COLLATE RTRIM, d TEXT);
      ${numbers(400)} INSERT INTO c SELECT CASE i % 2 WHEN 0 THEN upper(hex(i * 7919)) ELSE lower(hex(i * 104729)) END
        || CASE i % 5 WHEN 0 THEN '_' ELSE '[' END, 'b' || (i % 17) || substr('     ', 1, i % 6), 'd' || i FROM n;
      CREATE INDEX c_a ON c(a DESC, d); CREATE INDEX c_b ON c(b, a); CREATE UNIQUE INDEX c_d ON c(d COLLATE NOCASE DESC);`,
  },
  {
    name: 'text with zero bytes, bytes that are no UTF-8, and letters beyond the first plane',
    sql: `CREATE TABLE t (a TEXT); ${numbers(300)} INSERT INTO t SELECT 'a' || char(0) || i FROM n;
      ${numbers(300)} INSERT INTO t SELECT CAST(unhex(printf('80%04x', i)) AS TEXT) FROM n;
      ${numbers(300)} INSERT INTO t SELECT char(65536 + i) || char(57344 + i) FROM n;
      CREATE UNIQUE INDEX t_a ON t(a); CREATE INDEX t_n ON t(a COLLATE NOCASE);`,
  },
  {
    name: 'integers of 64 bits beside reals',
    sql: `CREATE TABLE i (a, b INTEGER); ${numbers(300)} INSERT INTO i SELECT 9223372036854775807 - i, -9223372036854775807 + i FROM n;
      ${numbers(300)} INSERT INTO i SELECT 9007199254740992 + i, -i FROM n; INSERT INTO i SELECT a * 1.0, 0 FROM i WHERE a < 9007199254741292 AND a % 7 = 0;
      INSERT INTO i VALUES (0, 0), (-0.0, 0), (1e300, 1), (-1e300, 1), (NULL, NULL), (NULL, NULL);
      CREATE INDEX i_a ON i(a); CREATE INDEX i_b ON i(b DESC, a);`,
  },
  {
    name: 'many NULLs in a unique index',
    sql: `CREATE TABLE u (a UNIQUE, b, UNIQUE (b, a)); ${numbers(200)} INSERT INTO u SELECT NULL, i % 3 FROM n;`,
  },
  {
    name: 'keys of many kilobytes',
    sql: `CREATE TABLE k (a TEXT UNIQUE); ${numbers(12)} INSERT INTO k SELECT hex(zeroblob(50000)) || i FROM n;`,
  },
  {
    name: 'odd names',
    sql: `CREATE TABLE "a ""b'; --" ("rowid" TEXT, "order" TEXT, "100" INT); INSERT INTO "a ""b'; --" VALUES ('x', 'y', 3);
      CREATE INDEX "i ""x'" ON "a ""b'; --"("order", "100"); CREATE TABLE "100" (a UNIQUE); INSERT INTO "100" VALUES (1);`,
  },
  {
    name: 'a column added later',
    sql: `${mixed} ALTER TABLE visits ADD COLUMN later TEXT DEFAULT 'd'; CREATE INDEX visits_later ON visits(later);`,
  },
  {
    name: 'empty tables',
    sql: 'CREATE TABLE a (b UNIQUE, c); CREATE INDEX a_c ON a(c); CREATE TABLE d (e);',
  },
  { name: 'a file of one page', sql: 'PRAGMA user_version=7;' },
  { name: 'statistics', sql: `${mixed} ANALYZE;` },
]
