/**
 * Splits text that arrives in chunks into lines. Stores only the first `maxLength` characters of a longer
 * line, because `readline` would store a line of any length.
 */
export const createLineSplitter = (maxLength: number, onLine: (line: string) => void) => {
  let line = ''
  const append = (text: string): void => {
    line += text.slice(0, maxLength - line.length)
  }
  return {
    add: (text: string): void => {
      const [first = '', ...others] = text.split('\n')
      append(first)
      for (const next of others) {
        onLine(line)
        line = ''
        append(next)
      }
    },
  }
}
