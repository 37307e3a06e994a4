import { unexpectedReply } from './unexpected-reply.ts'

/** The longest reply that is read as text, in bytes: some times the longest page of a list. */
const mostBytes = 64 * 2 ** 20

/** Reads a reply as text. Fails if it is longer than any of Larder, before it fills the memory. */
export const readText = async (response: Response): Promise<string> => {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  const pieces: string[] = []
  let bytes = 0
  // Leaving the loop would cancel the body, but browsers cannot iterate over it.
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return `${pieces.join('')}${decoder.decode()}`
    bytes += value.length
    if (bytes > mostBytes) {
      await reader.cancel().catch(() => undefined)
      throw unexpectedReply(response, 'a reply without end')
    }
    pieces.push(decoder.decode(value, { stream: true }))
  }
}
