/** Returns the stack frames of a stack, without its message. */
const framesOf = (stack: string | undefined): ReadonlyArray<string> =>
  (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))

/**
 * Prints warnings of Node and of packages with name, code and stack, but without their text. The text may
 * contain the URL of a request, and thus a token (http-api.md §2.6), as for example in DEP0170.
 */
export const printWarningsWithoutText = (write: (text: string) => void): void => {
  process.removeAllListeners('warning')
  process.on('warning', ({ name, stack, code }: NodeJS.ErrnoException) => {
    write(
      `larder: a warning of Node: ${name}${code === undefined ? '' : ` ${code}`}\n${framesOf(stack).join('\n')}`,
    )
  })
}
