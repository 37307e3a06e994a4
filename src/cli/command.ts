import type { Config } from '../config/settings.ts'
import { escapeUnprintable, escapeUnprintableJson } from '../domain/shared/printable.ts'

/** The result of a command. `lines` are for people, `json` is for programs. */
type CommandOutput = {
  readonly lines: ReadonlyArray<string>
  /** Plain fields on which programs may rely. Tags of internal types (`_tag`) are not allowed. */
  readonly json: Readonly<Record<string, unknown>> & { readonly _tag?: never }
}

/** The input and output of a command. Tests replace both. */
export type CommandContext = {
  readonly config: Config
  /** The arguments without `--json`, which every command accepts. */
  readonly args: ReadonlyArray<string>
  readonly isJson: boolean
  /** Prints a result to standard output: its lines, or with `--json` its object as one line. */
  readonly report: (result: CommandOutput) => void
  /** Prints a message that is not a result. With `--json` it is printed as `{"message":"…"}`. */
  readonly print: (line: string) => void
}

type Out = Pick<CommandContext, 'isJson' | 'report' | 'print'>

/**
 * Creates the output of a command. With `--json`, standard output contains only JSON, one object per line.
 */
export const createCommandPrinter = (write: (line: string) => void, isJson: boolean): Out => {
  const report: Out['report'] = ({ lines, json }) => {
    if (isJson) write(escapeUnprintableJson(JSON.stringify(json)))
    else for (const line of lines) write(escapeUnprintable(line))
  }
  return { isJson, report, print: (message) => report({ lines: [message], json: { message } }) }
}

/** Removes `--json` from the arguments. Arguments after `--` are file names and stay. */
export const extractJsonFlag = (
  words: ReadonlyArray<string>,
): { readonly isJson: boolean; readonly args: ReadonlyArray<string> } => {
  const end = words.includes('--') ? words.indexOf('--') : words.length
  const args = words.filter((word, index) => word !== '--json' || index > end)
  return { isJson: args.length < words.length, args }
}

/** One command of the command line. */
export type Command = {
  readonly usage: string
  /** Description of the command in one line. */
  readonly about: string
  /** The arguments and options in `usage`, each with its meaning. */
  readonly words: ReadonlyArray<readonly [word: string, meaning: string]>
  /**
   * Returns whether the command uses DATA_DIR. If so, it must run as the owner of that folder. Throws a
   * `CommandError` for wrong usage.
   */
  readonly needsLibrary: (given: Pick<CommandContext, 'config' | 'args'>) => boolean
  /**
   * Runs the command. Returns its exit code. Throws a `CommandError` for an error that the user can correct.
   */
  readonly run: (context: CommandContext) => Promise<number>
}

/** The `needsLibrary` function of most commands. */
export const alwaysNeedsLibrary = (): boolean => true

/** Ends a command with a message on standard error, and with exit code 1 (2 for wrong usage). */
export class CommandError extends Error {
  readonly exitCode: number
  /**
   * The lines of the message. Several lines are passed as an array, because a line break within a line is
   * untrusted text and is escaped.
   */
  readonly lines: ReadonlyArray<string>
  constructor(message: string | ReadonlyArray<string>, exitCode = 1) {
    const lines = typeof message === 'string' ? [message] : message
    super(lines.join('\n'))
    this.lines = lines
    this.exitCode = exitCode
  }
}

/** Width of a terminal. */
export const maxColumns = 80

/** Splits a usage at the spaces outside of brackets, and before each alternative. */
const usagePieces = (usage: string): ReadonlyArray<string> => {
  const pieces: string[] = []
  let depth = 0
  for (const word of usage.split(' ')) {
    const isAlternative = word === '|'
    if (pieces.length === 0 || isAlternative || (depth === 0 && pieces.at(-1) !== '|')) pieces.push(word)
    else pieces.push(`${pieces.pop()} ${word}`)
    depth += word.split('[').length - word.split(']').length
  }
  return pieces
}

/** Returns the usage of a command after `head`, with `--json`, which every command accepts, as lines of a terminal. */
export const usageLines = (head: string, usage: string): ReadonlyArray<string> => {
  const lines: string[] = []
  let line = `${head}larder`
  for (const piece of usagePieces(`${usage} [--json]`)) {
    const fits = `${line} ${piece}`.length <= maxColumns
    if (!fits) lines.push(line)
    line = fits ? `${line} ${piece}` : `${' '.repeat(head.length + 2)}${piece}`
  }
  return [...lines, line]
}

export const usageError = (usage: string): CommandError => new CommandError(usageLines('usage: ', usage), 2)
