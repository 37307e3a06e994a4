/**
 * Keeps the first and the last `maxLength` characters of a text that arrives in chunks. The start of a
 * program's output shows its first problem, and the end shows why it stopped.
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
