/**
 * A command as it is read from a narrow screen and typed: broken between its words alone, for a line that ends
 * in half of an option is typed wrongly. What is copied stays as it is.
 */
import { verbatim } from './markup'
import type { Part } from './markup'

/** Whoever uses it lets no `span` of a command break, unless it is wider than the line. */
export const commandWords = (command: string): Part =>
  command.split(/(\s+)/).map((word) => (/[-/]/.test(word) ? verbatim`<span>${word}</span>` : word))
