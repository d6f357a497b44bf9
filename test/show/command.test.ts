import { expect, test } from 'vitest'

import { commandWords, letterCommand } from '../../lib/show/command'
import { verbatim } from '../../lib/show/markup'

test('a word in which a browser would break a line is held together, and what stands there is the same', () => {
  const command = "npm run snapproof --  accept --reason 'it was <meant>'"
  const { text } = verbatim`${commandWords(command)}`
  expect(text).toBe(
    'npm run snapproof <span>--</span>  accept <span>--reason</span> &#39;it was &lt;meant&gt;&#39;',
  )
  expect(verbatim`${letterCommand('a -b')}`.text).toBe(
    'a <span style="display:inline-block;max-width:100%">-b</span>',
  )
})
