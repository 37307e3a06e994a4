import { type Command, fullUsage } from './command.ts'

/** Formats pairs of texts as two columns. */
const columns = (pairs: Command['words']): ReadonlyArray<string> => {
  const width = Math.max(...pairs.map(([word]) => word.length))
  return pairs.map(([word, meaning]) => `  ${word.padEnd(width)}  ${meaning}`)
}

const common: Command['words'] = [['--json', 'prints only JSON on standard output, one object per line']]

/** Returns the help text of one command. */
export const commandHelp = ({ usage, about, words }: Command): string =>
  [`usage: ${fullUsage(usage)}`, '', about, '', ...columns([...words, ...common])].join('\n')

export const overviewHelp = (commands: ReadonlyArray<Command>): string =>
  [
    'usage:',
    ...commands.flatMap(({ usage, about }) => [`  ${fullUsage(usage)}`, `      ${about}`]),
    '',
    '`larder help COMMAND` explains one command. Settings are environment variables: see docs/settings.md.',
  ].join('\n')

const isHelp = (word: string): boolean => word === '--help' || word === '-h'

/**
 * Returns the requested help topic: the name of a command, or `all`. Returns `null` if no help is requested.
 */
export const requestedHelpTopic = (name: string, args: ReadonlyArray<string>): string | null => {
  if (name === 'help' || isHelp(name)) return args[0] ?? 'all'
  // Arguments after `--` are file names.
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return options.some(isHelp) ? name : null
}
