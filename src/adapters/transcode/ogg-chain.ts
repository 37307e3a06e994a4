import { createReadStream } from 'node:fs'
import type { MediaFacts } from '../../domain/ingest/media-plan.ts'
import { type Refused, refused, type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { pipe, TE } from '../../fp.ts'

/** Of a page, before its table of segments (RFC 3533 §6). */
const PAGE_HEADER_BYTES = 27
const FLAGS_AT = 5
const BEGINS_STREAM = 2
/** In the first packet of a stream: a type, `vorbis`, a version of 4 bytes and the number of channels (Vorbis I, 4.2.2). */
const IDENTIFICATION = '\u0001vorbis'
const RATE_AT = 12
/** A header with its table, and as much of the packet as is read. */
const MOST_READ_BYTES = PAGE_HEADER_BYTES + 255 + RATE_AT + 4

/**
 * Takes the bytes of an Ogg file, block by block, and tells whether Vorbis of another sample rate follows in a chain. Times
 * of Ogg are counted in samples: demuxers go on counting at the rate of the first stream, and what follows gets longer
 * or shorter by the one divided by the other.
 */
export const createChainReader = () => {
  const first: number[] = []
  let [isBehindFirst, isMixed] = [false, false]
  let rest: Buffer = Buffer.alloc(0)

  const takePage = (page: Buffer): void => {
    if (((page[FLAGS_AT] ?? 0) & BEGINS_STREAM) === 0) {
      isBehindFirst = true
      return
    }
    const packet = page.subarray(PAGE_HEADER_BYTES + (page[PAGE_HEADER_BYTES - 1] ?? 0))
    if (packet.length < RATE_AT + 4 || packet.toString('latin1', 0, 7) !== IDENTIFICATION) return
    const rate = packet.readUInt32LE(RATE_AT)
    if (!isBehindFirst) first.push(rate)
    else if (!first.includes(rate)) isMixed = true
  }

  const takePages = (bytes: Buffer, end: number): void => {
    for (let at = bytes.indexOf('OggS'); at !== -1 && at < end; at = bytes.indexOf('OggS', at + 4))
      takePage(bytes.subarray(at, at + MOST_READ_BYTES))
  }

  return {
    take: (block: Buffer): void => {
      const bytes = Buffer.concat([rest, block])
      const end = Math.max(0, bytes.length - MOST_READ_BYTES)
      takePages(bytes, end)
      rest = bytes.subarray(end)
    },
    isMixed: (): boolean => {
      takePages(rest, rest.length)
      return isMixed
    },
  }
}

const BLOCK_BYTES = 2 ** 20

const isMixedChain = async (path: string, signal: AbortSignal): Promise<boolean> => {
  const reader = createChainReader()
  const stream = createReadStream(path, { highWaterMark: BLOCK_BYTES, signal })
  let isOgg: boolean | null = null
  for await (const block of stream) {
    isOgg ??= block.toString('latin1', 0, 4) === 'OggS'
    if (!isOgg) return false
    reader.take(block)
  }
  return reader.isMixed()
}

/** Refuses a file whose sound would come out at the wrong times. */
export const withoutMixedChain = (
  path: string,
  facts: MediaFacts,
  signal: AbortSignal,
): TE.TaskEither<Refused | Unavailable, MediaFacts> =>
  facts.audio?.codec !== 'vorbis'
    ? TE.right(facts)
    : pipe(
        TE.tryCatch(() => isMixedChain(path, signal), unavailable('transcoder')),
        TE.filterOrElseW(
          (isMixed) => !isMixed,
          () => mixed,
        ),
        TE.map(() => facts),
      )

const mixed = refused(
  'the file is a chain of sounds of several sample rates: save them as one, or each as a file of its own',
)
