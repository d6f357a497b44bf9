/** Databases to measure with, made by the sqlite3 command line. */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

export const shapes = ['mixed', 'indexes', 'text', 'blobs'] as const
export type Shape = (typeof shapes)[number]

const numbers = (name: string, count: number): string =>
  `WITH RECURSIVE ${name}(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM ${name} WHERE i < ${count})`

/** Bytes of file for one row, as measured; good to a few per cent. */
const rowBytes: Record<Shape, number> = { mixed: 553, indexes: 276, text: 4150, blobs: 64_600 }

const statements: Record<Shape, (rows: number) => string> = {
  mixed: (rows) => `
    CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), token TEXT, note TEXT);
    ${numbers('n', rows)} INSERT INTO users
      SELECT i, 'user ' || i, lower(hex(randomblob(12))) || '@example.org' FROM n;
    ${numbers('n', rows * 2)} INSERT INTO orders
      SELECT i, abs(random()) % ${rows} + 1, hex(randomblob(16)), hex(randomblob(60)) FROM n;
    CREATE UNIQUE INDEX users_email ON users(email);
    CREATE INDEX orders_user ON orders(user_id);
    CREATE INDEX orders_token ON orders(token);`,
  indexes: (rows) => `
    CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c INTEGER, d REAL, e TEXT);
    ${numbers('n', rows)} INSERT INTO t SELECT i, hex(randomblob(12)), hex(randomblob(10)),
      random(), random() / 1e9, 'group ' || (i % 1000) FROM n;
    CREATE UNIQUE INDEX t_a ON t(a); CREATE INDEX t_b ON t(b); CREATE INDEX t_c ON t(c);
    CREATE INDEX t_d ON t(d); CREATE INDEX t_e ON t(e, c); CREATE INDEX t_ba ON t(b, a);`,
  text: (rows) => `
    CREATE TABLE pages (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
    ${numbers('n', rows)} INSERT INTO pages SELECT i, 'page ' || i, hex(randomblob(1950)) FROM n;`,
  blobs: (rows) => `
    CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT UNIQUE, content BLOB);
    ${numbers('n', rows)} INSERT INTO files SELECT i, 'file ' || i, randomblob(63000) FROM n;`,
}

export const makeShape = (file: string, shape: Shape, sizeBytes: number): number => {
  const rows = Math.max(10, Math.round(sizeBytes / rowBytes[shape]))
  const sql = `PRAGMA journal_mode=off; PRAGMA synchronous=off; PRAGMA cache_size=-400000; BEGIN;
    ${statements[shape](rows)} COMMIT; VACUUM;`
  const { status, stderr } = spawnSync('sqlite3', [file], { input: sql, encoding: 'utf8' })
  if (status !== 0) throw new Error(`sqlite3: ${stderr}`)
  return statSync(file).size
}
