import { clockKey, hasSeveral, readClock, type StreamClock, withEvenClock } from './mpegts/even-clock.ts'
import type { ProbedFile, ProbedStream } from './probed-file.ts'

/** As the program ffmpeg has it: farther off, a time begins a new clock. */
const USUAL_JUMP = 10
/** Of a file that has one clock: what looks like a jump is a pause of one stream. */
const NO_JUMP = 1_000_000

/** What a job reads: the file, or a copy of it with one clock in `folder`. */
export const onOneClock = async (
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly jumpSeconds: number }> => {
  const clock = await readClock(path, signal)
  if (clock === null) return { path, jumpSeconds: USUAL_JUMP }
  return { path: await withEvenClock(path, folder, clock, signal), jumpSeconds: NO_JUMP }
}

/**
 * What a demuxer does not say of a transport stream: the programs that its streams are part of, and how long it is where
 * its clock jumps or each program has one. A demuxer counts from the first time in the file to the last.
 */
export const withTransportFacts = async (
  probed: ProbedFile,
  path: string,
  signal: AbortSignal,
): Promise<ProbedFile> => {
  const clock = await readClock(path, signal)
  return clock === null ? probed : describeTransport(probed, clock)
}

const describeTransport = (
  { durationSeconds, streams }: ProbedFile,
  { programs, clocks, goesOnAfter }: StreamClock,
): ProbedFile => {
  const isOne = !hasSeveral(programs)
  const [only] = clocks.values()
  const isUneven = isOne && only?.isUneven === true
  const keyOf = ({ id }: ProbedStream): number => clockKey(programs, id ?? Number.NaN)
  /** Other programs may have begun long before. */
  const startOf = (key: number): number =>
    Math.min(
      ...streams.flatMap((one) =>
        one.kind === 'subtitles' || one.startSeconds === null || keyOf(one) !== key ? [] : [one.startSeconds],
      ),
    )
  return {
    durationSeconds: isUneven ? only.seconds : isOne ? durationSeconds : null,
    streams: streams.map((stream): ProbedStream => {
      const id = stream.id ?? Number.NaN
      const inProgram = Object.assign({}, stream, { programs: isOne ? [] : (programs.get(id) ?? []) })
      if (stream.kind === 'subtitles') return inProgram
      const known = Object.assign(inProgram, { goesOnAfter: goesOnAfter(id) })
      if (isOne && !isUneven) return known
      // Of several programs, each ends with the last of its streams: what ends before is filled up.
      if (isOne) return Object.assign(known, { endSeconds: null })
      const [key, { startSeconds: start }] = [keyOf(stream), stream]
      return Object.assign(known, {
        startSeconds: start === null ? null : start - startOf(key),
        endSeconds: clocks.get(key)?.seconds ?? null,
      })
    }),
  }
}
