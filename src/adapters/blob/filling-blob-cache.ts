import type { ByteRange, ByteStream } from '../../domain/shared/bytes.ts'
import { type BadOrigin, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, TE } from '../../fp.ts'
import type { BlobCache, BlobFacts } from '../../ports/blob-cache.ts'
import type { CacheKey } from '../../ports/cache.ts'
import { noMeter, type TierMeter } from '../cache-tier/cache-meter.ts'
import type { BlobBytes, BlobShelf } from './blob-shelf.ts'
import { noBytes, releasing, thrown } from './byte-streams.ts'
import { bringIn, follow } from './drive-fill.ts'
import { createFill, type Fill } from './fill.ts'
import { type BlobRequest, openOrigin } from './open-origin.ts'
import { readFill, untilReached } from './read-fill.ts'

export type FillOptions = {
  /** A reader that starts up to this many bytes beyond what has landed waits for the fill. */
  readonly soonBytes: number
  /** An origin that gives no byte for this long has failed. */
  readonly stallMs: number
  /** Told each time that the shelf could not be written to. */
  readonly onUnwritable: (cause: unknown) => void
  /** Told when bytes that were brought in were not those of the blob, before any reader is. */
  readonly onBad: (key: CacheKey<BlobFacts>) => Promise<void>
  readonly meter: TierMeter
}

export const defaultFillOptions: FillOptions = {
  soonBytes: 4 * 1024 * 1024,
  stallMs: 30_000,
  onUnwritable: () => undefined,
  onBad: async () => undefined,
  meter: noMeter,
}

export type FillingBlobCache = BlobCache & {
  /** Resolves when every fill whose last byte has been read is on the shelf. */
  readonly settled: () => Promise<void>
}

type Opened = Promise<E.Either<BadOrigin | Unavailable, ByteStream>>

/** How often a stream looks for another source before it goes to the origin alone. */
const sources = 3

/**
 * A BlobCache on a shelf. A read is answered by, in this order: the fill that is under way, the shelf, a fill
 * that it starts itself; and by the origin alone where none of them will do. A stream that loses its source
 * without the origin's fault goes on from the next one at the byte where it stands.
 *
 * Who is handed a stream either reads it or closes it (`return`); one that is left alone holds its file open.
 */
export const createFillingBlobCache = (
  shelf: BlobShelf,
  options: FillOptions = defaultFillOptions,
): FillingBlobCache => {
  const { soonBytes, stallMs, onBad, meter } = options
  const fills = new Map<string, Fill>()

  const openOnShelf = (key: CacheKey<BlobFacts>, facts: BlobFacts): Promise<BlobBytes | null> =>
    shelf.open(key, facts).catch(() => null)

  const onUnwritable = (key: CacheKey<BlobFacts>) => (cause: unknown) => {
    meter.failed(key)
    options.onUnwritable(cause)
  }

  const removeFromShelf = (key: CacheKey<BlobFacts>): Promise<void> =>
    shelf.remove(key).catch(() => undefined)

  const drive = async (fill: Fill, { key, facts, origin }: BlobRequest): Promise<void> => {
    // It may have come to lie there between the reader's look and the start of this fill.
    const there = await openOnShelf(key, facts)
    if (there !== null) {
      fill.landOn(there)
      return fill.finish('whole')
    }
    const begun = await shelf.begin(key, facts).catch(onUnwritable(key))
    if (!begun) return fill.finish('no room')
    fill.landOn(begun.bytes)
    if (begun.by === 'another') return follow(fill, begun.bytes, stallMs)
    const filled = meter.filling(key)
    await bringIn(fill, begun.bytes, origin, {
      stallMs,
      onUnwritable: onUnwritable(key),
      onBad: () => onBad(key),
    })
    if (fill.end() === 'whole') filled(facts.size)
    else meter.failed(key)
  }

  const start = (request: BlobRequest): Fill => {
    const { name } = request.key
    const forget = () => {
      if (fills.get(name) === fill) fills.delete(name)
    }
    // Readers may join a whole one until it is published; one that failed is nobody's any more.
    const fill = createFill(request.facts, (end) => end === 'whole' || forget())
    fills.set(name, fill)
    void drive(fill, request).then(forget)
    return fill
  }

  const open = async (request: BlobRequest, range: ByteRange, tries: number): Opened => {
    const { key, facts } = request
    const running = fills.get(key.name)
    if (tries === 0 || (running !== undefined && !isSame(running.facts, facts)))
      return openOrigin(request, range, stallMs)

    if (running === undefined) {
      const bytes = await openOnShelf(key, facts)
      if (bytes !== null) {
        meter.hit(key)
        return E.right(
          releasing(fromShelf(request, bytes, range, tries), lengthOf(range), () => void bytes.close()),
        )
      }
    }
    const joined = fills.get(key.name)
    if (joined === undefined) meter.miss(key)
    else meter.collapsed(key)
    return openFill(joined ?? start(request), request, range, tries)
  }

  const openFill = async (fill: Fill, request: BlobRequest, range: ByteRange, tries: number): Opened => {
    const stream = (own: ByteStream) =>
      E.right(releasing(fromFill(request, fill, own, range, tries), lengthOf(range), fill.leave))

    fill.join()
    if (range.start - fill.reached() > soonBytes) {
      const own = await openOrigin(request, range, stallMs)
      if (E.isRight(own)) return stream(own.right)
      fill.leave()
      return own
    }
    const reached = await untilReached(fill, range.start)
    if (E.isRight(reached) && reached.right) return stream(noBytes())
    fill.leave()
    return E.isLeft(reached) ? reached : open(request, range, triesAfter(fill, tries))
  }

  async function* fromShelf(request: BlobRequest, bytes: BlobBytes, range: ByteRange, tries: number) {
    let at = range.start
    while (at < range.end) {
      const chunk = await bytes.read(at, range.end).catch(() => null)
      if (chunk === null) {
        await removeFromShelf(request.key)
        return yield* goOn(request, at, range.end, tries - 1)
      }
      at += chunk.length
      yield chunk
    }
  }

  /** First from a stream of its own, until the fill has caught up with that or it ends; then from the fill. */
  async function* fromFill(
    request: BlobRequest,
    fill: Fill,
    own: ByteStream,
    range: ByteRange,
    tries: number,
  ) {
    let at = range.start
    for await (const chunk of own) {
      at += chunk.length
      yield chunk
      if (fill.reached() > at) break
    }
    for await (const chunk of readFill(fill, at, range.end)) {
      at += chunk.length
      yield chunk
    }
    yield* goOn(request, at, range.end, triesAfter(fill, tries))
  }

  async function* goOn(request: BlobRequest, at: number, end: number, tries: number) {
    if (at === end) return
    const opened = await open(request, { start: at, end }, tries)
    if (E.isLeft(opened)) throw thrown(opened.left)
    yield* opened.right
  }

  return {
    read: (key, facts, range, origin) => async () =>
      range.start === range.end ? E.right(noBytes()) : open({ key, facts, range, origin }, range, sources),
    delete: (key) =>
      TE.tryCatch(async () => {
        const fill = fills.get(key.name)
        fills.delete(key.name)
        fill?.disown()
        await fill?.settled()
        await shelf.remove(key)
      }, unavailable('blob cache')),
    settled: async () => {
      await Promise.all([...fills.values()].map((fill) => fill.settled()))
    },
  }
}

const lengthOf = ({ start, end }: ByteRange): number => end - start

const isSame = (a: BlobFacts, b: BlobFacts): boolean => a.size === b.size && a.sha256 === b.sha256

/** Where there is no room for a fill there will be none for the next one. */
const triesAfter = (fill: Fill, tries: number): number => (fill.end() === 'no room' ? 0 : tries - 1)
