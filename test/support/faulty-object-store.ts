import { once } from 'node:events'
import { cancellable } from '../../src/adapters/s3/cancellable.ts'
import type { ByteRange, ByteStream } from '../../src/domain/media/bytes.ts'
import { type Unavailable, unavailable } from '../../src/domain/shared/errors.ts'
import { O, TE } from '../../src/fp.ts'
import type { ObjectStore } from '../../src/ports/object-store.ts'

/** What goes wrong with the stream of a read. Positions are bytes from the start of that stream. */
export type StreamFault =
  /** It just ends there: what a store must never do, and its callers notice. */
  | { readonly kind: 'ends'; readonly after: number }
  | { readonly kind: 'throws'; readonly after: number }
  /** Nothing more comes, until the reader leaves or the store is `heal`ed; then the rest does. */
  | { readonly kind: 'stalls'; readonly after: number }
  /** One bit of that byte is another. */
  | { readonly kind: 'flips'; readonly at: number }
  /** More bytes than there are. */
  | { readonly kind: 'appends'; readonly bytes: Uint8Array }

export type Fault =
  | StreamFault
  /** The object is this short: ranges are cut at it. */
  | { readonly kind: 'truncated'; readonly size: number }
  | { readonly kind: 'none' }
  | { readonly kind: 'unavailable' }

export type StoreCall = {
  readonly operation: 'put' | 'read' | 'delete' | 'check'
  /** Empty for `check`. */
  readonly key: string
  readonly range: ByteRange | null
  /** 1 for the first call of this operation with this key. */
  readonly nth: number
}

/** An ObjectStore in front of another, which fails as it is told. */
export type FaultyObjectStore = {
  readonly store: ObjectStore
  /** From now on each call asks `decide` what is to go wrong; `null` is nothing. Of a put, delete or check only `unavailable` counts. */
  readonly when: (decide: (call: StoreCall) => Fault | null) => void
  /** Nothing goes wrong from now on, and what is stalled goes on. */
  readonly heal: () => void
  /** Calls so far, in order; the failed ones too. */
  readonly calls: () => ReadonlyArray<StoreCall>
  /** Reads so far, of one key or of all. */
  readonly reads: (key?: string) => number
  readonly puts: (key?: string) => number
  /** Streams that were handed out and have neither ended nor been left. */
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

  const spoilt = (stream: ByteStream, fault: Fault | null): ByteStream => {
    const left = new AbortController()
    const goOn = AbortSignal.any([left.signal, health.signal])
    openStreams += 1
    const close = (): void => {
      if (!left.signal.aborted) openStreams -= 1
      left.abort()
    }
    return cancellable(faulty(stream, fault, goOn, left.signal, close), close)
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
        const wanted = fault?.kind === 'truncated' ? cutAt(range, fault.size) : range
        return TE.map(O.map((stream: ByteStream) => spoilt(stream, fault)))(inner.read(key, wanted))()
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
  goOn: AbortSignal,
  left: AbortSignal,
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
      if (!goOn.aborted) await once(goOn, 'abort')
      if (left.aborted) return
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
