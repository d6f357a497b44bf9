/** What pg_dump writes around what it dumps. */
import { expect, test } from 'vitest'

import { heard, noRemarks } from '../../../../lib/rules/kinds/postgres/remarks'

test.each([
  { text: '-- PostgreSQL database dump', is: { headers: 1 } },
  { text: '-- PostgreSQL database dump complete', is: { trailers: 1 }, isEnd: true },
  { text: '-- PostgreSQL database cluster dump', is: { clusters: 1 } },
  { text: '-- PostgreSQL database cluster dump complete', is: {}, isEnd: true },
  { text: '-- Dumped from database version 15.18', is: { serverVersion: '15.18' } },
  {
    text: '-- Dumped from database version 16.4 (Ubuntu 16.4-1.pgdg22.04+1)',
    is: { serverVersion: '16.4 (Ubuntu 16.4-1.pgdg22.04+1)' },
  },
  { text: '-- Dumped from database version 16.4\tsecret', is: {} },
  { text: '-- Dumped by pg_dump version 18.1', is: { dumpVersion: '18.1' } },
  {
    text: '-- Name: users; Type: TABLE; Schema: public; Owner: app',
    is: { tables: 1, made: new Set(['users']) },
  },
  { text: '-- Name: app; Type: SCHEMA; Schema: -; Owner: app', is: { made: new Set(['app']) } },
  ...['FOREIGN TABLE', 'VIEW', 'MATERIALIZED VIEW', 'SEQUENCE'].map((type) => ({
    text: `-- Name: log; Type: ${type}; Schema: public; Owner: app`,
    is: { made: new Set(['log']) },
  })),
  {
    text: '-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: app',
    is: { data: 1 },
  },
  { text: '-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: app', is: {} },
  { text: '-- Name: a; Type: TABLE; Schema: b; Type: INDEX; Schema: public; Owner: app', is: {} },
  { text: '--', is: {} },
])('$text', ({ text, is, isEnd = false }) => {
  const remarks = noRemarks()
  expect(heard(remarks, text)).toBe(isEnd)
  expect(remarks).toEqual({ ...noRemarks(), ...is })
})

test('the first version that is named counts', () => {
  const remarks = noRemarks()
  for (const version of ['15', '16'])
    for (const what of ['from database', 'by pg_dump'])
      heard(remarks, `-- Dumped ${what} version ${version}`)
  expect(remarks).toMatchObject({ serverVersion: '15', dumpVersion: '15' })
})

test('no more names are kept than a dump may have that is restored', () => {
  const remarks = noRemarks()
  for (let at = 0; at < 50_010; at += 1)
    heard(remarks, `-- Name: t${at}; Type: TABLE; Schema: public; Owner: app`)
  expect(remarks.made.size).toBe(50_000)
})
