import { readClock, withEvenClock } from './mpegts/even-clock.ts'
import type { ProbedFile } from './probed-file.ts'

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

/** A demuxer counts from the first time to the last, and knows nothing of jumps between. */
export const withTrueLength = async (
  probed: ProbedFile,
  path: string,
  signal: AbortSignal,
): Promise<ProbedFile> => {
  const clock = await readClock(path, signal)
  if (clock === null || !clock.isUneven) return probed
  return {
    durationSeconds: clock.seconds,
    streams: probed.streams.map((stream) =>
      stream.kind === 'subtitles' ? stream : Object.assign({}, stream, { endSeconds: null }),
    ),
  }
}
