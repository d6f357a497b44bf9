import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { element, readDeletion } from '../../../../lib/local/store/wire/xml'

const deletion = (inside: string): string =>
  `<?xml version="1.0"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inside}</Delete>`

describe('the document of DeleteObjects', () => {
  test('gives back any key that was written in it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (keys) => {
        const objects = keys.map((key) => `<Object>${element('Key', key)}</Object>`)
        expect(readDeletion(deletion(objects.join('\n'))).keys).toEqual(keys)
      }),
    )
  })

  test('knows when to be quiet', () => {
    const object = '<Object><Key>a</Key></Object>'
    expect(readDeletion(deletion(`<Quiet>true</Quiet>${object}`)).isQuiet).toBe(true)
    expect(readDeletion(deletion(`${object}<Quiet>false</Quiet>`)).isQuiet).toBe(false)
  })

  test.each([
    { why: 'nothing', text: '' },
    { why: 'no keys', text: deletion('') },
    { why: 'an empty key', text: deletion('<Object><Key></Key></Object>') },
    { why: 'an unknown element', text: deletion('<Object><Key>a</Key></Object><All/>') },
    { why: 'an unknown entity', text: deletion('<Object><Key>&all;</Key></Object>') },
    { why: 'a control character', text: deletion('<Object><Key>a&#1;</Key></Object>') },
    { why: 'a character beyond Unicode', text: deletion('<Object><Key>&#9999999;</Key></Object>') },
    { why: 'a comment', text: deletion('<Object><Key>a</Key></Object><!-- b -->') },
    { why: 'a broken end', text: deletion('<Object><Key>a</Key></Object>').slice(0, -1) },
    {
      why: 'a document type',
      text: `<!DOCTYPE a [<!ENTITY b "c">]>${deletion('<Object><Key>&b;</Key></Object>')}`,
    },
  ])('is refused with $why', ({ text }) => {
    expect(() => readDeletion(text)).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
  })

  test('is refused with a version, since there are none', () => {
    const object = '<Object><Key>a</Key><VersionId>1</VersionId></Object>'
    expect(() => readDeletion(deletion(object))).toThrow(expect.objectContaining({ status: 501 }))
  })
})
