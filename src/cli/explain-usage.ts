/**
 * Converts an error of Node's parseArgs to one line that explains the correct usage. `usage` is that of the command, and
 * names its options.
 */
export const explainUsage = ({ message }: Error, command: string, usage: string): string => {
  const [what = ''] = message.split(/\.\s|\n/)
  const [, ambiguous] = /^Option '(?:-\w, )?(--[\w-]+).*argument is ambiguous/.exec(message) ?? []
  if (ambiguous !== undefined)
    return `${ambiguous} is followed by something that looks like an option; if it is the value, write ${ambiguous}=VALUE`
  const hint = /^Unknown option '-[^-]/.test(message) ? '; put a file name that begins with - after --' : ''
  const named: ReadonlyArray<string> = usage.match(/--[a-z]\S*?(?=[\s|\]]|$)/g) ?? []
  const options = named.filter((option, index) => named.indexOf(option) === index)
  const isUnknown = /^Unknown option '--/.test(message) && options.length > 0
  const choices = isUnknown ? `; the options are ${[...options, '--json'].join(', ')}` : ''
  return `${what}${choices}${hint}; see: larder help ${command}`
}
