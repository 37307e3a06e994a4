/** Where it was, without what it was about. */
const framesOf = (stack: string | undefined): ReadonlyArray<string> =>
  (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))

/**
 * Prints the warnings of Node and of packages by name, code and place, and never their text: it may hold the URL of a
 * request, and with it a token (http-api.md §2.6; DEP0170 is one that does).
 */
export const printWarningsWithoutText = (write: (text: string) => void): void => {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, stack, code }: NodeJS.ErrnoException) => {
    write(
      `larder: a warning of Node: ${name}${code === undefined ? '' : ` ${code}`}\n${framesOf(stack).join('\n')}`,
    )
  })
}
