/** What the machine refuses is told as that, by the verbs themselves, and nothing else is. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { describe, expect, test } from 'vitest'

import { faultOfDisk } from '../../lib/cli/of-disk'

const refused = (more: Record<string, unknown>): Error =>
  Object.assign(new Error('refused'), { syscall: 'open', ...more })

describe('what the machine refused', () => {
  test.each([
    { more: { code: 'ENOSPC' }, why: 'There is no room on the disk (ENOSPC).' },
    {
      more: { code: 'EDQUOT', path: '/a/b' },
      why: 'There is no room on the disk, for /a/b (EDQUOT).',
    },
    { more: { code: 'EACCES', path: '/a/b' }, why: '/a/b cannot be read or written (EACCES).' },
    { more: { code: 'EROFS', path: '/a/b' }, why: '/a/b cannot be read or written (EROFS).' },
    {
      more: { code: 'ENOENT', syscall: 'mkdtemp', path: '/nowhere/snapproof-x' },
      why: 'The folder for what is temporary is not there: /nowhere.',
    },
  ])('$more.code: $why', ({ more, why }) => {
    expect(faultOfDisk(refused(more))).toMatchObject({ code: 'settings', why })
    expect(faultOfDisk(refused(more))?.mend).not.toBe('')
  })

  test.each([
    { what: 'a port that is not ours', thrown: refused({ code: 'EACCES', syscall: 'listen' }) },
    { what: 'a file of ours that is not there', thrown: refused({ code: 'ENOENT', path: '/a' }) },
    { what: 'a mistake of ours', thrown: new TypeError('x is undefined') },
    { what: 'a code without a call', thrown: Object.assign(new Error('x'), { code: 'ENOSPC' }) },
    { what: 'a text', thrown: 'ENOSPC' },
  ])('is not $what', ({ thrown }) => {
    expect(faultOfDisk(thrown)).toBeUndefined()
  })

  test('is what Node itself throws where the folder for what is temporary is not there', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'snapproof-of-disk-'))
    const thrownBy = (work: () => unknown): unknown => {
      try {
        return work()
      } catch (thrown) {
        return thrown
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
    const gone = thrownBy(() => mkdtempSync(path.join(folder, 'none', 'snapproof-')))
    expect(faultOfDisk(gone)?.why).toContain(path.join(folder, 'none'))
  })
})
