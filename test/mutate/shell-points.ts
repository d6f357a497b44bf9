/**
 * Where could a line of a script be wrong, and what would stand there? Whatever the shell would not
 * read is left out by whoever tries it, with the shell's own word.
 */
import type { Mutant } from './points'

type Rule = { found: RegExp; texts: (found: string) => readonly string[] }

const swaps: Record<string, string> = {
  '&&': '||',
  '||': '&&',
  '-gt': '-ge',
  '-ge': '-gt',
  '-lt': '-le',
  '-le': '-lt',
  '-eq': '-ne',
  '-ne': '-eq',
  '-n': '-z',
  '-z': '-n',
  '=': '!=',
  '!=': '=',
}

const swapped = (found: string): readonly string[] => {
  const word = found.trim()
  const other = swaps[word]
  return other === undefined ? [] : [found.replace(word, other)]
}

const rules: readonly Rule[] = [
  { found: / (?:&&|\|\|) /g, texts: swapped },
  { found: / (?:-gt|-ge|-lt|-le|-eq|-ne|!=|=) /g, texts: swapped },
  { found: /(?<=\[ |! )-[nz] /g, texts: swapped },
  { found: /\b(?:if|while|until|elif) (?!!)/g, texts: (found) => [`${found}! `] },
  { found: /\b(?:if|while|until|elif) ! /g, texts: (found) => [found.replace('! ', '')] },
  {
    found: /\b(?:exit|return) \d+/g,
    texts: (found) => {
      const [word = '', code = '0'] = found.split(' ')
      return [`${word} ${code === '0' ? 1 : 0}`]
    },
  },
  { found: /(?<=[ =:-])\d+(?=[\s;)}"]|$)/g, texts: (found) => [String(Number(found) + 1)] },
]

/** Text for people, which no shell runs: from a line with `<<` to its end. */
const isText = (lines: readonly string[]): boolean[] => {
  let end: string | undefined
  return lines.map((line) => {
    if (end !== undefined) {
      if (line.trim() === end) end = undefined
      return true
    }
    end = /<<-?\s*['"]?(\w+)/.exec(line)?.[1]
    return false
  })
}

export const shellPointsOf = (file: string, text: string): Mutant[] => {
  const lines = text.split('\n')
  const areText = isText(lines)
  let start = 0
  return lines.flatMap((line, at) => {
    const from = start
    start += line.length + 1
    if (areText[at] === true || /^\s*(#|$)/.test(line)) return []
    const code = line.replace(/\s#.*$/, '')
    const inner = rules.flatMap(({ found, texts }) =>
      [...code.matchAll(found)].flatMap((match) =>
        texts(match[0]).map((other) => ({
          file,
          line: at + 1,
          start: from + match.index,
          end: from + match.index + match[0].length,
          was: match[0],
          text: other,
        })),
      ),
    )
    const gone = { file, line: at + 1, start: from, end: from + line.length, was: line, text: ':' }
    return [gone, ...inner]
  })
}
