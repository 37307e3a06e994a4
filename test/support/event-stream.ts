import { expect } from 'chai'

type ReadEvent = {
  readonly id: string | null
  readonly type: string
  readonly data: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }
}

type EventReader = {
  readonly reply: Response
  /** Waits for the next event. Fails if the stream ends before. */
  readonly next: () => Promise<ReadEvent>
  /** Reads until the stream ends. Returns the events. */
  readonly rest: () => Promise<ReadonlyArray<ReadEvent>>
  /** The last event id, as an EventSource has it. */
  readonly lastId: () => string
  /** Waits until the text so far matches. */
  readonly until: (pattern: RegExp) => Promise<string>
  readonly leave: () => void
}

/** Reads a stream of events as an EventSource does (HTML Standard, "Interpreting an event stream"). */
export const openEvents = async (
  fetchStream: (signal: AbortSignal) => Promise<Response>,
): Promise<EventReader> => {
  const leaving = new AbortController()
  const reply = await fetchStream(leaving.signal)
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader()
  let all = ''
  let unread = ''
  let lastId = ''
  const blocks: string[] = []
  const readMore = async (): Promise<boolean> => {
    const piece = await reader?.read()
    if (piece === undefined || piece.done) return false
    all += piece.value
    const parts = (unread + piece.value).split('\n\n')
    unread = parts.pop() ?? ''
    blocks.push(...parts)
    return true
  }
  const parse = (block: string): ReadEvent | null => {
    const fields = new Map(
      block.split('\n').map((line) => {
        const [name = '', ...value] = line.split(': ')
        return [name, value.join(': ')] as const
      }),
    )
    const id = fields.get('id') ?? null
    if (id !== null) lastId = id
    const data = fields.get('data')
    return data === undefined ? null : { id, type: fields.get('event') ?? 'message', data: JSON.parse(data) }
  }
  const tryNext = async (): Promise<ReadEvent | null> => {
    for (;;) {
      const block = blocks.shift()
      const event = block === undefined ? null : parse(block)
      if (event !== null) return event
      if (block === undefined && !(await readMore())) return null
    }
  }
  return {
    reply,
    next: async () => (await tryNext()) ?? expect.fail(`the stream ended: ${all}`),
    rest: async () => {
      const events: ReadEvent[] = []
      for (let event = await tryNext(); event !== null; event = await tryNext()) events.push(event)
      return events
    },
    lastId: () => {
      // The ids before the next event count, too.
      while (blocks[0] !== undefined && !/^data: /m.test(blocks[0])) parse(String(blocks.shift()))
      return lastId
    },
    until: async (pattern) => {
      while (!pattern.test(all)) if (!(await readMore())) return expect.fail(`the stream ended: ${all}`)
      return all
    },
    leave: () => leaving.abort(),
  }
}
