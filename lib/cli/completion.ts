/** What may a shell offer behind `snapproof`? Its verbs, their options as --help tells them, and the databases by name. */
import { knownDatabases } from '../edge/databases'

import { exits, parse, print, usage } from './command'
import type { Command } from './command'

type Verbs = Readonly<Record<string, { summary: string; load(): Promise<Command> }>>

/** What a verb takes, by its own help: options where they are called or explained, and whether it takes a database. */
export const takenBy = (help: string): { options: string[]; isOfDatabase: boolean } => {
  const [called = ''] = help.replaceAll('npm run --silent', '').split('\n\n')
  const explained = help.match(/^ {2}--[a-z-]+/gm) ?? []
  const options = [...(called.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? []), ...explained]
  return {
    options: [...new Set([...options.map((one) => one.trim()), '--help'])].toSorted(),
    isOfDatabase: /\bDATABASE\b/.test(called),
  }
}

type Taken = { verb: string; summary: string; words: string[] }

const inBash = (
  all: readonly Taken[],
): string => `# snapproof in bash:  eval "$(npx snapproof completion bash)"
_snapproof() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" = 1 ]; then
    words='${all.map(({ verb }) => verb).join(' ')}'
  else
    case \${COMP_WORDS[1]} in
${all.map(({ verb, words }) => `    ${verb}) words='${words.join(' ')}' ;;`).join('\n')}
    *) words='' ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _snapproof snapproof`

/** Within single quotes, where a colon parts a word from what is said of it. */
const said = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(':', '\\:')

const inZsh = (all: readonly Taken[]): string => `#compdef snapproof
# snapproof in zsh:  eval "$(npx snapproof completion zsh)"
_snapproof() {
  local -a verbs
  verbs=(
${all.map(({ verb, summary }) => `    '${verb}:${said(summary)}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'verb' verbs
    return
  fi
  case \${words[2]} in
${all.map(({ verb, words }) => `    ${verb}) compadd -- ${words.join(' ')} && return ;;`).join('\n')}
  esac
  _files
}
compdef _snapproof snapproof`

const shells = { bash: inBash, zsh: inZsh }

/** The verbs come from where they are listed, which knows this one too. */
export const completionOf = (verbs: Verbs): Command => ({
  help: `usage: snapproof completion bash|zsh

Prints what makes the Tab key know the verbs, their options, and the databases of lib/databases.ts. For
"snapproof" as a command of its own, in ~/.bashrc or ~/.zshrc (there behind compinit, and no alias, which
zsh would not complete):

  snapproof() { npx --prefix /path/of/the/checkout snapproof "$@"; }
  eval "$(snapproof completion bash)"`,
  run: async (args) => {
    const { positionals } = parse(args, {})
    const [shell, ...more] = positionals
    const named = Object.entries(shells).find(([name]) => name === shell)
    if (!named || more.length > 0)
      throw usage('No shell is named that is known here.', 'Name one: bash or zsh.')
    const databases = Object.keys(knownDatabases())
    const all = await Promise.all(
      Object.entries(verbs).map(async ([verb, { summary, load }]): Promise<Taken> => {
        const { options, isOfDatabase } = takenBy((await load()).help)
        return { verb, summary, words: [...(isOfDatabase ? databases : []), ...options] }
      }),
    )
    print(named[1](all))
    return exits.sound
  },
})
