import { LarderError } from './larder-error.ts'

/** How long a stream may be silent, in milliseconds. Larder sends a comment every 15 seconds. */
const longestSilence = 45_000

/** The longest event, in characters. The states of files are much shorter. */
const longestEvent = 2 ** 20

/** Thrown when a stream was silent for too long: a proxy may hold its events back. */
export class SilentStream extends Error {}

const nextChunk = async <A>(reading: Promise<A>): Promise<A> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilentStream('the stream of events is silent')), longestSilence)
  })
  try {
    return await Promise.race([reading, silence])
  } finally {
    clearTimeout(timer)
  }
}

const dataOf = (event: string): string | null => {
  const lines = event
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length).replace(/^ /, ''))
  return lines.length === 0 ? null : lines.join('\n')
}

/** Iterates over the `data` of a stream of server-sent events. Cancels the stream when the iteration is left. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await nextChunk(reader.read())
      if (done) return
      text = (text + decoder.decode(value, { stream: true })).replaceAll('\r\n', '\n')
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = dataOf(text.slice(0, end))
        text = text.slice(end + 2)
        if (data !== null) yield data
      }
      if (text.length > longestEvent)
        throw new LarderError({ type: 'unexpected_reply', message: 'an event without end' })
    }
  } finally {
    // A stream that is broken already cannot be cancelled, and need not be.
    await reader.cancel().catch(() => undefined)
  }
}
