import { type Command, fullUsage } from './command.ts'

/** Pairs as two columns. */
const columns = (pairs: Command['words']): ReadonlyArray<string> => {
  const width = Math.max(...pairs.map(([word]) => word.length))
  return pairs.map(([word, meaning]) => `  ${word.padEnd(width)}  ${meaning}`)
}

const common: Command['words'] = [
  ['--json', 'prints JSON on standard output, an object a line, and nothing else'],
]

/** What one command does, and what each of its words means. */
export const helpOf = ({ usage, about, words }: Command): string =>
  [`usage: ${fullUsage(usage)}`, '', about, '', ...columns([...words, ...common])].join('\n')

export const helpOfAll = (commands: ReadonlyArray<Command>): string =>
  [
    'usage:',
    ...commands.flatMap(({ usage, about }) => [`  ${fullUsage(usage)}`, `      ${about}`]),
    '',
    '`larder help COMMAND` tells more of one. Settings are environment variables: see docs/settings.md.',
  ].join('\n')

const isHelp = (word: string): boolean => word === '--help' || word === '-h'

/** Whose help is asked for: a command's name, `all`, or nobody's. */
export const helpWanted = (name: string, args: ReadonlyArray<string>): string | null => {
  if (name === 'help' || isHelp(name)) return args[0] ?? 'all'
  // What stands behind `--` is the name of a file.
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  return options.some(isHelp) ? name : null
}
