import { DEFAULT_JUMP_SECONDS } from './engine.ts'
import { isMultiProgram } from './mpegts/programs.ts'
import { clockKeyIn, readStreamClock, removeClockJumps, type StreamClock } from './mpegts/stream-clock.ts'
import type { ProbedFile, ProbedStream } from './probed-file.ts'

/**
 * The limit for a file whose timestamps are on one clock: even a step of many seconds is only a pause of a
 * stream, so no step counts as a discontinuity.
 */
const NO_JUMP = 1_000_000

/** Returns the file that a job reads: the source, or a copy in `folder` whose timestamps are on one clock. */
export const withContinuousClock = async (
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly jumpSeconds: number }> => {
  const clock = await readStreamClock(path, signal)
  if (clock === null) return { path, jumpSeconds: DEFAULT_JUMP_SECONDS }
  return { path: await removeClockJumps(path, folder, clock, signal), jumpSeconds: NO_JUMP }
}

/**
 * Adds facts about a transport stream that a demuxer does not report: the programs of its streams. If the
 * clock jumps, or if each program has its own clock, also corrects durations. The durations that a demuxer
 * reports are wrong then, because it only subtracts the first timestamp from the last.
 */
export const withTransportStreamFacts = async (
  probed: ProbedFile,
  path: string,
  signal: AbortSignal,
): Promise<ProbedFile> => {
  const clock = await readStreamClock(path, signal)
  return clock === null ? probed : describeTransport(probed, clock)
}

const describeTransport = (
  { durationSeconds, streams, extras }: ProbedFile,
  { programs, clocks, splitAfter }: StreamClock,
): ProbedFile => {
  const isSingleProgram = !isMultiProgram(programs)
  const [only] = clocks.values()
  const isUneven = isSingleProgram && only?.isUneven === true
  const keyOfPid = clockKeyIn(programs)
  const keyOf = ({ id }: ProbedStream): number => keyOfPid(id ?? Number.NaN)
  /** Start time of each program, by the key of its clock. Programs may start at different times. */
  const starts = new Map<number, number>()
  for (const stream of streams) {
    if (stream.kind === 'subtitles' || stream.startSeconds === null) continue
    const key = keyOf(stream)
    starts.set(key, Math.min(stream.startSeconds, starts.get(key) ?? Number.POSITIVE_INFINITY))
  }
  return {
    durationSeconds: isUneven ? only.seconds : isSingleProgram ? durationSeconds : null,
    extras,
    streams: streams.map((stream): ProbedStream => {
      const id = stream.id ?? Number.NaN
      const inProgram = Object.assign({}, stream, {
        programs: isSingleProgram ? [] : [...(programs.get(id) ?? [])],
      })
      if (stream.kind === 'subtitles') return inProgram
      const described = Object.assign(inProgram, { splitAfter: splitAfter(id) })
      if (isSingleProgram && !isUneven) return described
      if (isSingleProgram) return Object.assign(described, { endSeconds: null })
      // If there are several programs, each stream gets the end of its program, because encoding extends a
      // shorter stream to this end.
      const [key, { startSeconds: start }] = [keyOf(stream), stream]
      return Object.assign(described, {
        startSeconds: start === null ? null : start - (starts.get(key) ?? start),
        endSeconds: clocks.get(key)?.seconds ?? null,
      })
    }),
  }
}
