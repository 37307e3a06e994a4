import { type Command, maxColumns, usageLines } from './command.ts'

/** Breaks `head` and `text` into lines. The lines after the first begin in the column where `text` does. */
const wrapped = (head: string, text: string): ReadonlyArray<string> => {
  const lines: string[] = []
  let line = head
  let isEmpty = true
  for (const word of text.split(' ')) {
    const longer = isEmpty ? line + word : `${line} ${word}`
    const fits = isEmpty || longer.length <= maxColumns
    if (!fits) lines.push(line)
    line = fits ? longer : ' '.repeat(head.length) + word
    isEmpty = false
  }
  return [...lines, line]
}

/** Formats pairs of texts as two columns. */
const columns = (pairs: Command['words']): ReadonlyArray<string> => {
  const width = Math.max(...pairs.map(([word]) => word.length))
  return pairs.flatMap(([word, meaning]) => wrapped(`  ${word.padEnd(width)}  `, meaning))
}

const common: Command['words'] = [['--json', 'prints only JSON on standard output, one object per line']]

/** Returns the help text of one command. */
export const commandHelp = ({ usage, about, words }: Command): string =>
  [...usageLines('usage: ', usage), '', ...wrapped('', about), '', ...columns([...words, ...common])].join(
    '\n',
  )

export const overviewHelp = (commands: ReadonlyArray<Command>): string =>
  [
    'usage:',
    ...commands.flatMap(({ usage, about }) => [...usageLines('  ', usage), ...wrapped('      ', about)]),
    '',
    ...wrapped(
      '',
      '`larder help COMMAND` explains one command. Settings are environment variables: see docs/settings.md.',
    ),
  ].join('\n')

const isHelp = (word: string): boolean => word === '--help' || word === '-h'

/**
 * Returns the requested help topic: the name of a command, or `all`. Returns `null` if no help is requested.
 */
export const requestedHelpTopic = (name: string, args: ReadonlyArray<string>): string | null => {
  if (name === 'help' || isHelp(name)) return args[0] ?? 'all'
  // Arguments after `--` are file names, so they cannot request help.
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return options.some(isHelp) ? name : null
}
