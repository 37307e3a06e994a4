/** Converts an error of Node's parseArgs to one line that explains the correct usage. */
export const explainUsage = ({ message }: Error, command: string): string => {
  const [what = ''] = message.split(/\.\s|\n/)
  const [, ambiguous] = /^Option '(?:-\w, )?(--[\w-]+).*argument is ambiguous/.exec(message) ?? []
  if (ambiguous !== undefined)
    return `${ambiguous} is followed by something that looks like an option; if it is the value, write ${ambiguous}=VALUE`
  const hint = /^Unknown option '-[^-]/.test(message) ? '; put a file name that begins with - after --' : ''
  return `${what}${hint}; see: larder help ${command}`
}
