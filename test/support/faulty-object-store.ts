import { once } from 'node:events'
import { createCancellableStream } from '../../src/adapters/s3/cancellable.ts'
import type { ByteRange, ByteStream } from '../../src/domain/media/bytes.ts'
import { type Unavailable, unavailable } from '../../src/domain/shared/errors.ts'
import { O, TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

/** A fault in the stream of a read. Positions are offsets in bytes from the start of that stream. */
type StreamFault =
  /** Ends early without an error. A store must never do this, and callers must detect it. */
  | { readonly kind: 'ends'; readonly after: number }
  | { readonly kind: 'throws'; readonly after: number }
  /** Stalls until the reader cancels or the test calls `heal`; then the stream continues. */
  | { readonly kind: 'stalls'; readonly after: number }
  /** Flips one bit of the byte at this position. */
  | { readonly kind: 'flips'; readonly at: number }
  /** Appends bytes to the object. */
  | { readonly kind: 'appends'; readonly bytes: Uint8Array }

export type Fault =
  | StreamFault
  /** The object is truncated to this size (bytes). */
  | { readonly kind: 'truncated'; readonly size: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable' }

type StoreCall = {
  readonly operation: 'put' | 'read' | 'delete' | 'check'
  /** Empty for the operation `check`, which has no key. */
  readonly key: string
  readonly range: ByteRange | null
  /** 1 for the first call of this operation with this key, 2 for the second. */
  readonly nth: number
}

/** An ObjectStore that wraps another one, and fails on demand. */
export type FaultyObjectStore = {
  readonly store: ObjectStore
  /**
   * Calls `decide` for each call of the store; `null` means no fault. Calls of put, delete and check can only
   * fail as `unavailable`.
   */
  readonly when: (decide: (call: StoreCall) => Fault | null) => void
  /** Ends all faults; stalled streams continue. */
  readonly heal: () => void
  /** All calls so far, in order, including those that failed. */
  readonly calls: () => ReadonlyArray<StoreCall>
  /** The number of reads so far, of one key or of all keys. */
  readonly reads: (key?: string) => number
  readonly puts: (key?: string) => number
  /** The number of streams that have neither ended nor been cancelled. */
  readonly openStreams: () => number
}

export const createFaultyObjectStore = (inner: ObjectStore): FaultyObjectStore => {
  const calls: StoreCall[] = []
  let decide: (call: StoreCall) => Fault | null = () => null
  let health = new AbortController()
  let openStreams = 0

  const callsOf = (operation: StoreCall['operation'], key?: string): number =>
    calls.filter((call) => call.operation === operation && (key === undefined || call.key === key)).length

  const faultOf = (operation: StoreCall['operation'], key: string, range: ByteRange | null): Fault | null => {
    const call = { operation, key, range, nth: callsOf(operation, key) + 1 }
    calls.push(call)
    return decide(call)
  }

  const unlessDown = <A>(
    operation: StoreCall['operation'],
    key: string,
    task: TE.TaskEither<Unavailable, A>,
  ): TE.TaskEither<Unavailable, A> => {
    return async () => (faultOf(operation, key, null)?.kind === 'unavailable' ? isDown() : task())
  }

  const withFault = (stream: ByteStream, fault: Fault | null): ByteStream => {
    const cancelled = new AbortController()
    const resume = AbortSignal.any([cancelled.signal, health.signal])
    openStreams += 1
    const close = (): void => {
      if (!cancelled.signal.aborted) openStreams -= 1
      cancelled.abort()
    }
    return createCancellableStream(faulty(stream, fault, resume, cancelled.signal, close), close)
  }

  return {
    store: {
      put: (key, object) => unlessDown('put', key, inner.put(key, object)),
      delete: (key) => unlessDown('delete', key, inner.delete(key)),
      check: unlessDown('check', '', inner.check),
      list: inner.list,
      unfinishedUploads: inner.unfinishedUploads,
      read: (key, range) => async () => {
        const fault = faultOf('read', key, range)
        if (fault?.kind === 'unavailable') return isDown()
        if (fault?.kind === 'none') return TE.right(O.none)()
        const available = fault?.kind === 'truncated' ? cutAt(range, fault.size) : range
        return TE.map(O.map((stream: ByteStream) => withFault(stream, fault)))(inner.read(key, available))()
      },
    },
    when: (next) => {
      decide = next
    },
    heal: () => {
      decide = () => null
      health.abort()
      health = new AbortController()
    },
    calls: () => [...calls],
    reads: (key) => callsOf('read', key),
    puts: (key) => callsOf('put', key),
    openStreams: () => openStreams,
  }
}

const down = unavailable('object store')
const isDown = TE.left(down('down on purpose'))

const cutAt = ({ start, end }: ByteRange, size: number): ByteRange => ({
  start: Math.min(start, size),
  end: Math.min(end, size),
})

async function* faulty(
  stream: ByteStream,
  fault: Fault | null,
  resume: AbortSignal,
  cancelled: AbortSignal,
  close: () => void,
): AsyncGenerator<Uint8Array, void> {
  let at = 0
  try {
    for await (const chunk of stream) {
      const rest = fault !== null && 'after' in fault ? fault.after - at : Number.POSITIVE_INFINITY
      at += chunk.length
      if (rest < 0 || rest > chunk.length) {
        yield fault?.kind === 'flips' ? flipped(chunk, fault.at - at + chunk.length) : chunk
        continue
      }
      if (rest > 0) yield chunk.subarray(0, rest)
      if (fault?.kind === 'ends') return
      if (fault?.kind === 'throws') throw new Error('broken off on purpose')
      if (!resume.aborted) await once(resume, 'abort')
      if (cancelled.aborted) return
      if (rest < chunk.length) yield chunk.subarray(rest)
    }
    if (fault?.kind === 'appends') yield fault.bytes
  } finally {
    close()
  }
}

const flipped = (chunk: Uint8Array, at: number): Uint8Array => {
  const copy = Uint8Array.from(chunk)
  const byte = copy[at]
  if (byte !== undefined) copy[at] = byte ^ 1
  return copy
}
