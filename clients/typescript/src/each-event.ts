import type { Client } from './create-client.ts'
import { LarderError } from './larder-error.ts'
import { mayComeBack } from './may-come-back.ts'
import type { components, operations } from './openapi.ts'
import { readEvents } from './read-events.ts'
import { backOff, realTimers, type Timers } from './timers.ts'

/** What happens to a file, or how far a job is. `id` is null for what is not stored, such as `job.progress`. */
export type LibraryEvent = components['schemas']['Event'] & { readonly id: string | null }

type EachEventOptions = {
  /** The uid of a file, or of a job: only its events. */
  readonly query?: NonNullable<operations['followEvents']['parameters']['query']>
  /** The id of the last event that is there already: first come the events after it. */
  readonly after?: string
  readonly signal?: AbortSignal
  /** Is called when the stream has broken, once for each time, before it is opened again. */
  readonly onLost?: (error: unknown) => void
  /** The clock and the waits, for tests. */
  readonly timers?: Timers
}

/** When a stream that the server has ended is opened again, in milliseconds: `retry` of Larder's streams. */
const pauseAfterEnd = 2000

/** What comes of one connection: a message, or the id up to which the client has everything. */
type Received = { readonly id: string | null; readonly event: LibraryEvent | null }

async function* receive(
  client: Client,
  { query = {}, signal }: EachEventOptions,
  after: string | null,
  onOpen: () => void,
): AsyncGenerator<Received> {
  const reply = await client.request('followEvents', {
    query,
    accept: 'text/event-stream',
    ...(after !== null && { headers: { 'Last-Event-ID': after } }),
    ...(signal !== undefined && { signal }),
  })
  onOpen()
  if (reply.body === null) return
  for await (const { id, data } of readEvents(reply.body)) {
    const body = data === null ? null : (JSON.parse(data) as components['schemas']['Event'])
    yield { id, event: body === null ? null : { id: id || null, ...body } }
  }
}

const waitOf = (error: unknown, failures: number): number =>
  Math.max(
    backOff(failures),
    error instanceof LarderError && error.retryAfterSeconds !== null ? error.retryAfterSeconds * 1000 : 0,
  )

/**
 * Iterates over what happens to the files of the library, without end: `for await (const { type, data } of
 * eachEvent(client))`. A stream that ends or breaks is opened again after its last event, so that none is missed while
 * the server restarts. An event of the type `reset` says that some may be missing. Throws a `LarderError` if the first
 * stream cannot be opened, or the server refuses to go on, for example because the token has expired.
 */
export async function* eachEvent(
  client: Client,
  options: EachEventOptions = {},
): AsyncGenerator<LibraryEvent, void, undefined> {
  const { signal, onLost, timers = realTimers } = options
  let last = options.after ?? null
  let failures = 0
  let hasOpened = false
  let isLost = false
  const onOpen = () => {
    hasOpened = true
    isLost = false
  }
  for (;;) {
    let wait = pauseAfterEnd
    try {
      for await (const { id, event } of receive(client, options, last, onOpen)) {
        failures = 0
        if (event !== null) yield event
        if (id !== null) last = id === '' ? null : id
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (!hasOpened || !mayComeBack(error)) throw error
      if (!isLost) onLost?.(error)
      isLost = true
      wait = waitOf(error, failures)
      failures += 1
    }
    await timers.sleep(wait, signal)
  }
}
