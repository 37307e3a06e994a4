import type { ByteRange, ByteStream } from '../../../domain/media/bytes.ts'
import { type BadOrigin, type Unavailable, unavailable } from '../../../domain/shared/errors.ts'
import { toStreamError } from '../../../domain/shared/stream-failure.ts'
import { E, TE } from '../../../fp.ts'
import type { BlobCache, BlobStream } from '../../../ports/blob-cache.ts'
import type { BlobStorage, WholeBytes } from './blob-shelf.ts'
import { fromBuffer, recordTiers, tiersOf, withTiers } from './blob-streams.ts'
import { cancelStream, releasing } from './byte-streams.ts'
import type { Fill } from './fill.ts'
import { defaultFillOptions, type FillOptions } from './fill-options.ts'
import { readStored } from './from-shelf.ts'
import { type BlobRequest, openOrigin } from './open-origin.ts'
import { readFill, waitForOffset } from './read-fill.ts'
import { createRunningFills, isFillOf, type RunningFills } from './running-fills.ts'
import { createFairScheduler } from './turns.ts'

export type FillingBlobCache = BlobCache & Pick<RunningFills, 'settled'>

type Opened = Promise<E.Either<BadOrigin | Unavailable, BlobStream>>

/** Who reads, and what he waits for beside the fill: a source that hangs is to know when he leaves. */
type Reader = { source: ByteStream | null; hasLeft: boolean }

/** Of fills. A first piece is small and a later one large: some tenths of a millisecond, either way. */
const readersPerTurn = { nothing: 16, something: 2 }

/** What is still to be read, and how many more sources to look for before the origin alone has to do. */
type Rest = ByteRange & { readonly tries: number }

/**
 * A BlobCache on a shelf. A read is answered by, in this order: the fill that is under way, the shelf, a fill
 * that it starts itself; and by the origin alone where none of them will do. A stream that loses its source
 * without the origin's fault goes on from the next one at the byte where it stands.
 */
export const createFillingBlobCache = (
  shelf: BlobStorage,
  options: FillOptions = defaultFillOptions,
): FillingBlobCache => {
  const { tier, soonBytes, stallMs, meter } = options
  const turns = createFairScheduler(readersPerTurn)
  const fills = createRunningFills(shelf, options, turns)
  const { hit, ...answers } = tiersOf(tier)

  const open = async (request: BlobRequest, rest: Rest): Opened => {
    const { key, facts } = request
    if (rest.tries === 0) return pass(request, rest)

    if (fills.get(key.name) === undefined) {
      const bytes = await shelf.open(key, facts).catch(() => null)
      if (bytes !== null) {
        meter.hit(key)
        return E.right(openShelf(request, bytes, rest))
      }
    }
    const running = fills.get(key.name)
    if (running === undefined) meter.miss(key)
    else meter.collapsed(key)
    const { origin, tiers } = recordTiers(request.origin)
    const overheardRequest = { ...request, origin }
    const fill = running ?? fills.start(overheardRequest)
    if (!isFillOf(fill, facts)) return pass(request, rest)
    const outcome = running === undefined ? 'miss' : 'collapsed'
    const opened = await openFill(overheardRequest, fill, rest, outcome)
    // Of a crowd, only one has asked the origin himself.
    return E.isLeft(opened) || tiers().length === 0
      ? opened
      : E.right(withTiers(opened.right, [...opened.right.tiers, ...tiers()]))
  }

  /** Past the shelf. */
  const pass = async (request: BlobRequest, rest: Rest): Opened => {
    const { origin, tiers } = recordTiers(request.origin)
    const opened = await openOrigin({ ...request, origin }, rest, stallMs)
    return E.isLeft(opened) ? opened : E.right(withTiers(opened.right, [...answers.bypass, ...tiers()]))
  }

  const openShelf = (request: BlobRequest, bytes: WholeBytes, rest: Rest): BlobStream => {
    if (bytes.resident !== null) return fromBuffer(bytes.resident.subarray(rest.start, rest.end), hit)
    const reader: Reader = { source: null, hasLeft: false }
    const { stream, into } = readStored({
      bytes,
      range: rest,
      goOn: (at) => goOn(request, { start: at, end: rest.end, tries: rest.tries - 1 }, reader),
      leave: () => depart(reader),
    })
    return withTiers(stream, hit, into)
  }

  const openFill = async (
    request: BlobRequest,
    fill: Fill,
    rest: Rest,
    outcome: 'miss' | 'collapsed',
  ): Opened => {
    const stream = (own: ByteStream | null, how: keyof typeof answers) => {
      const reader: Reader = { source: own, hasLeft: false }
      const bytes = releasing(fromFill(request, fill, rest, reader), lengthOf(rest), (isEarly) => {
        if (isEarly) depart(reader)
        fill.leave()
      })
      return E.right(withTiers(bytes, answers[how]))
    }

    fill.join()
    if (rest.start - fill.reached() > soonBytes) {
      const own = await openOrigin(request, rest, stallMs)
      if (E.isRight(own)) return stream(own.right, 'partial')
      fill.leave()
      return own
    }
    const reached = await waitForOffset(fill, rest.start, request.onArriving)
    if (E.isRight(reached) && reached.right) {
      await turns.next('nothing')
      return stream(null, outcome)
    }
    fill.leave()
    return E.isLeft(reached) ? reached : open(request, { ...rest, tries: triesAfter(fill, rest) })
  }

  /** First from a stream of its own, until the fill has caught up with that or it ends; then from the fill. */
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
    yield* goOn(request, { start: at, end: rest.end, tries: triesAfter(fill, rest) }, reader)
  }

  async function* goOn(request: BlobRequest, rest: Rest, reader: Reader) {
    if (rest.start === rest.end || reader.hasLeft) return
    const opened = await open(request, rest)
    if (E.isLeft(opened)) throw toStreamError(opened.left)
    if (reader.hasLeft) return cancelStream(opened.right)
    reader.source = opened.right
    yield* opened.right
  }

  const deleteByName = (name: string) =>
    TE.tryCatch(async () => {
      await fills.disown(name)
      await shelf.remove(name)
    }, unavailable('blob cache'))

  return {
    read:
      (key, facts, range, origin, onArriving = () => undefined) =>
      async () =>
        range.start === range.end
          ? E.right(fromBuffer(new Uint8Array(), hit))
          : open({ key, facts, range, origin, onArriving }, { tries: 3, ...range }),
    peek: (key, facts) => {
      const bytes = shelf.peek(key, facts)
      if (bytes !== null) meter.hit(key)
      return bytes
    },
    delete: ({ name }) => deleteByName(name),
    deleteByName,
    settled: fills.settled,
  }
}

const depart = (reader: Reader): void => {
  reader.hasLeft = true
  if (reader.source !== null) cancelStream(reader.source)
}

const lengthOf = ({ start, end }: ByteRange): number => end - start

/** Where there is no room for a fill there will be none for the next one. */
const triesAfter = (fill: Fill, { tries }: Rest): number => (fill.end() === 'no room' ? 0 : tries - 1)
