/**
 * Collects text that arrives in chunks, but stores only its first and last `maxLength` characters. The start
 * of a program's output shows its first problem, and the end shows why the program stopped.
 */
export const createHeadAndTail = (maxLength: number) => {
  let head = ''
  let tail = ''
  let isTruncated = false
  return {
    add: (text: string): void => {
      const room = maxLength - head.length
      head += text.slice(0, room)
      const rest = text.slice(room)
      isTruncated ||= tail.length + rest.length > maxLength
      tail = (tail + rest).slice(-maxLength)
    },
    text: (): string => (isTruncated ? `${head}\n…\n${tail}` : head + tail),
  }
}
