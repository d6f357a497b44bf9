/**
 * A command as it is read from a narrow screen and typed: broken between its words alone, for a line that ends
 * in half of an option is typed wrongly. What is copied stays as it is.
 */
import { Markup, verbatim } from './markup'
import type { Part } from './markup'

const split = (command: string, look: Markup | false): Part =>
  command
    .split(/(\s+)/)
    .map((word) => (/[-/]/.test(word) ? verbatim`<span${look}>${word}</span>` : word))

/** For a page, whose sheet lets no `span` of a command break, unless it is wider than the line. */
export const commandWords = (command: string): Part => split(command, false)

const inline = new Markup(' style="display:inline-block;max-width:100%"')

/** For a mail: some readers of it take no sheet. */
export const letterCommand = (command: string): Part => split(command, inline)
