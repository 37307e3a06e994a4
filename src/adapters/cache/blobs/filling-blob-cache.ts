import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import { type BadOrigin, type Unavailable, unavailable } from '../../../domain/shared/errors.ts'
import { toStreamError } from '../../../domain/shared/stream-failure.ts'
import { E, TE } from '../../../fp.ts'
import type { BlobCache, BlobStream } from '../../../ports/blob-cache.ts'
import { cancelStream } from '../../platform/cancel-stream.ts'
import type { BlobStorage, CompleteBlobReader } from './blob-storage.ts'
import { blobStreamFromBuffer, recordTierOutcomes, tierOutcomesOf, withTierOutcomes } from './blob-streams.ts'
import { withRelease } from './byte-streams.ts'
import { createFairScheduler } from './fair-scheduler.ts'
import type { Fill } from './fill.ts'
import { defaultFillOptions, type FillOptions } from './fill-options.ts'
import { type BlobRequest, openOrigin } from './open-origin.ts'
import { readFill, waitForOffset } from './read-fill.ts'
import { readStoredBlob } from './read-stored.ts'
import { createRunningFills, isFillOfBlob, type RunningFills } from './running-fills.ts'

export type FillingBlobCache = BlobCache & Pick<RunningFills, 'settled'>

type Opened = Promise<E.Either<BadOrigin | Unavailable, BlobStream>>

/**
 * A reader, and the stream that it reads instead of the fill (`null`: none). The stream is cancelled when the
 * reader leaves.
 */
type Reader = { source: ByteStream | null; hasLeft: boolean }

/**
 * Number of readers that are resumed per turn of the event loop (see FairScheduler). First pieces are small
 * and later ones large, so both kinds of turn take some tenths of a millisecond.
 */
const readersPerTurn = { starting: 16, started: 2 }

/**
 * The range that is still to be read, and the number of attempts that are left before the read bypasses the
 * cache.
 */
type Rest = ByteRange & { readonly tries: number }

/**
 * Creates a BlobCache on a storage. The cache answers a read from a running fill, else from the storage, else
 * from a new fill; if none of them works, from the origin directly. If the source of a stream fails for a
 * reason other than the origin, the stream continues from the next source at the same offset.
 */
export const createFillingBlobCache = (
  storage: BlobStorage,
  options: FillOptions = defaultFillOptions,
): FillingBlobCache => {
  const { tier, waitWithinBytes, stallMs, meter } = options
  const turns = createFairScheduler(readersPerTurn)
  const fills = createRunningFills(storage, options, turns)
  const { hit, ...answers } = tierOutcomesOf(tier)

  const open = async (request: BlobRequest, rest: Rest): Opened => {
    const { key, facts } = request
    if (rest.tries === 0) return bypass(request, rest)

    if (fills.get(key.name) === undefined) {
      const bytes = await storage.open(key, facts).catch(() => null)
      if (bytes !== null) {
        meter.hit(key)
        return E.right(openStored(request, bytes, rest))
      }
    }
    const running = fills.get(key.name)
    if (running === undefined) meter.miss(key)
    else meter.collapsed(key)
    const { origin, tiers } = recordTierOutcomes(request.origin)
    const recordedRequest = { ...request, origin }
    const fill = running ?? fills.start(recordedRequest)
    if (!isFillOfBlob(fill, facts)) return bypass(request, rest)
    const outcome = running === undefined ? 'miss' : 'collapsed'
    const opened = await openFill(recordedRequest, fill, rest, outcome)
    // Only the reader that started the fill has queried the origin, so only this reader's stream reports the
    // tier outcomes of the origin.
    return E.isLeft(opened) || tiers().length === 0
      ? opened
      : E.right(withTierOutcomes(opened.right, [...opened.right.tiers, ...tiers()]))
  }

  /** Reads from the origin directly, without the storage. */
  const bypass = async (request: BlobRequest, rest: Rest): Opened => {
    const { origin, tiers } = recordTierOutcomes(request.origin)
    const opened = await openOrigin({ ...request, origin }, rest, stallMs)
    return E.isLeft(opened)
      ? opened
      : E.right(withTierOutcomes(opened.right, [...answers.bypass, ...tiers()]))
  }

  const openStored = (request: BlobRequest, bytes: CompleteBlobReader, rest: Rest): BlobStream => {
    if (bytes.buffer !== null) return blobStreamFromBuffer(bytes.buffer.subarray(rest.start, rest.end), hit)
    const reader: Reader = { source: null, hasLeft: false }
    const { stream, into } = readStoredBlob({
      bytes,
      range: rest,
      continueFrom: (at) => resume(request, { start: at, end: rest.end, tries: rest.tries - 1 }, reader),
      onCancel: () => cancelReader(reader),
    })
    return withTierOutcomes(stream, hit, into)
  }

  const openFill = async (
    request: BlobRequest,
    fill: Fill,
    rest: Rest,
    outcome: 'miss' | 'collapsed',
  ): Opened => {
    const stream = (own: ByteStream | null, answer: keyof typeof answers) => {
      const reader: Reader = { source: own, hasLeft: false }
      const bytes = withRelease(fromFill(request, fill, rest, reader), lengthOf(rest), (isEarly) => {
        if (isEarly) cancelReader(reader)
        fill.leave()
      })
      return E.right(withTierOutcomes(bytes, answers[answer]))
    }

    fill.join()
    if (rest.start - fill.reached() > waitWithinBytes) {
      const own = await openOrigin(request, rest, stallMs)
      if (E.isRight(own)) return stream(own.right, 'partial')
      fill.leave()
      return own
    }
    const reached = await waitForOffset(fill, rest.start, request.onArriving)
    if (E.isRight(reached) && reached.right) {
      await turns.next('starting')
      return stream(null, outcome)
    }
    fill.leave()
    return E.isLeft(reached) ? reached : open(request, { ...rest, tries: triesAfter(fill, rest) })
  }

  /**
   * Yields bytes from the reader's own source until the fill has caught up or the source ends. After that,
   * yields bytes from the fill.
   */
  async function* fromFill(request: BlobRequest, fill: Fill, rest: Rest, reader: Reader) {
    let at = rest.start
    if (reader.source !== null)
      for await (const chunk of reader.source) {
        at += chunk.length
        yield chunk
        if (fill.reached() > at) break
      }
    for await (const chunk of readFill(fill, at, rest.end, turns)) {
      at += chunk.length
      yield chunk
    }
    yield* resume(request, { start: at, end: rest.end, tries: triesAfter(fill, rest) }, reader)
  }

  async function* resume(request: BlobRequest, rest: Rest, reader: Reader) {
    if (rest.start === rest.end || reader.hasLeft) return
    const opened = await open(request, rest)
    if (E.isLeft(opened)) throw toStreamError(opened.left)
    if (reader.hasLeft) return cancelStream(opened.right)
    reader.source = opened.right
    yield* opened.right
  }

  const deleteByName = (name: string) =>
    TE.tryCatch(async () => {
      await fills.detach(name)
      await storage.remove(name)
    }, unavailable('blob cache'))

  return {
    read:
      (key, facts, range, origin, onArriving = () => undefined) =>
      async () =>
        range.start === range.end
          ? E.right(blobStreamFromBuffer(new Uint8Array(), hit))
          : open({ key, facts, range, origin, onArriving }, { tries: 3, ...range }),
    peek: (key, facts) => {
      const bytes = storage.peek(key, facts)
      if (bytes !== null) meter.hit(key)
      return bytes
    },
    delete: ({ name }) => deleteByName(name),
    deleteByName,
    settled: fills.settled,
  }
}

const cancelReader = (reader: Reader): void => {
  reader.hasLeft = true
  if (reader.source !== null) cancelStream(reader.source)
}

const lengthOf = ({ start, end }: ByteRange): number => end - start

/**
 * After a fill without space (`no room`), another fill would fail for the same reason, so the number of
 * further attempts is zero.
 */
const triesAfter = (fill: Fill, { tries }: Rest): number => (fill.end() === 'no room' ? 0 : tries - 1)
