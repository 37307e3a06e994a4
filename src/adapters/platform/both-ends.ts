/**
 * Keeps the beginning and the end of a text that comes in pieces, so many characters of each. Of a noisy program the
 * first words say what it met, and the last ones why it ended.
 */
export const createHeadAndTail = (most: number) => {
  let head = ''
  let tail = ''
  let isCut = false
  return {
    add: (text: string): void => {
      const room = most - head.length
      head += text.slice(0, room)
      const rest = text.slice(room)
      isCut ||= tail.length + rest.length > most
      tail = (tail + rest).slice(-most)
    },
    text: (): string => (isCut ? `${head}\n…\n${tail}` : head + tail),
  }
}
