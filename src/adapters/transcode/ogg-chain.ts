import type { MediaFacts } from '../../domain/ingest/plan/media-plan.ts'
import { type Refused, refused, type Unavailable } from '../../domain/shared/errors.ts'
import { pipe, TE } from '../../fp.ts'
import { BeyondLimits, readSource, sourceBlocks } from './source-bytes.ts'

/** Size in bytes of a page header before its segment table (RFC 3533 §6). */
const PAGE_HEADER_BYTES = 27
const FLAGS_OFFSET = 5
const BEGIN_OF_STREAM_FLAG = 2
/**
 * Start of the first packet of a Vorbis stream. The packet has a type, `vorbis`, a version (4 bytes), and the
 * number of channels (Vorbis I, 4.2.2).
 */
const IDENTIFICATION = '\u0001vorbis'
const RATE_OFFSET = 12
/**
 * Maximum number of bytes that are read per page: the largest page header with its table, and the start of
 * the packet.
 */
const MAX_READ_BYTES = PAGE_HEADER_BYTES + 255 + RATE_OFFSET + 4

/** Maximum number of different sample rates in the first link. All Vorbis files in use have about ten together. */
const MAX_RATES = 100

/**
 * Detects a chained Ogg file whose Vorbis streams differ in sample rate. Reads the bytes of the file, block
 * by block. Ogg counts time in samples, and demuxers use the rate of the first stream for all streams. So the
 * duration of later streams is wrong by the ratio of the rates. Throws BeyondLimits if there are more than
 * MAX_RATES rates.
 */
export const createOggChainReader = () => {
  const firstRates = new Set<number>()
  let [isAfterFirstLink, isMixed] = [false, false]
  let rest: Buffer = Buffer.alloc(0)

  const takePage = (page: Buffer): void => {
    if (((page[FLAGS_OFFSET] ?? 0) & BEGIN_OF_STREAM_FLAG) === 0) {
      isAfterFirstLink = true
      return
    }
    const packet = page.subarray(PAGE_HEADER_BYTES + (page[PAGE_HEADER_BYTES - 1] ?? 0))
    if (packet.length < RATE_OFFSET + 4 || packet.toString('latin1', 0, 7) !== IDENTIFICATION) return
    const rate = packet.readUInt32LE(RATE_OFFSET)
    if (isAfterFirstLink) isMixed ||= !firstRates.has(rate)
    else firstRates.add(rate)
    if (firstRates.size > MAX_RATES) throw new BeyondLimits('the file has audio of too many sample rates')
  }

  const takePages = (bytes: Buffer, end: number): void => {
    for (let at = bytes.indexOf('OggS'); at !== -1 && at < end; at = bytes.indexOf('OggS', at + 4))
      takePage(bytes.subarray(at, at + MAX_READ_BYTES))
  }

  return {
    take: (block: Buffer): void => {
      const bytes = Buffer.concat([rest, block])
      const end = Math.max(0, bytes.length - MAX_READ_BYTES)
      takePages(bytes, end)
      rest = bytes.subarray(end)
    },
    isMixed: (): boolean => {
      takePages(rest, rest.length)
      return isMixed
    },
  }
}

const isMixedChain = async (path: string, signal: AbortSignal): Promise<boolean> => {
  const reader = createOggChainReader()
  let isOgg: boolean | null = null
  for await (const block of sourceBlocks(path, signal)) {
    isOgg ??= block.toString('latin1', 0, 4) === 'OggS'
    if (!isOgg) return false
    reader.take(block)
  }
  return reader.isMixed()
}

/** Refuses a file whose audio would get wrong timestamps. */
export const refuseMixedOggChain = (
  path: string,
  facts: MediaFacts,
  signal: AbortSignal,
): TE.TaskEither<Refused | Unavailable, MediaFacts> =>
  facts.audio?.codec !== 'vorbis'
    ? TE.right(facts)
    : pipe(
        readSource(() => isMixedChain(path, signal)),
        TE.filterOrElseW(
          (isMixed) => !isMixed,
          () => mixed,
        ),
        TE.map(() => facts),
      )

const mixed = refused(
  'the file is a chain of sounds of several sample rates: save them as one sound, or each as a separate file',
)
