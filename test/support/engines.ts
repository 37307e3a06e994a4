import { findProgram } from '../../src/adapters/sandbox/find-program.ts'
import {
  createTranscoderFrom,
  type TranscoderOptions,
} from '../../src/adapters/transcode/create-transcoder.ts'
import type { Engine } from '../../src/adapters/transcode/engine.ts'
import { createFfmpegEngine } from '../../src/adapters/transcode/ffmpeg/ffmpeg-engine.ts'
import { createNodeAvEngine } from '../../src/adapters/transcode/node-av/node-av-engine.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { pipe, TE } from '../../src/fp.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { silentLog } from './recording-log.ts'

/** The installed ffmpeg and ffprobe, if any. */
export const installedFfmpeg = (): ReadonlyArray<{ readonly ffmpeg: string; readonly ffprobe: string }> => {
  const [ffmpeg, ffprobe] = [findProgram('ffmpeg'), findProgram('ffprobe')]
  return ffmpeg === null || ffprobe === null ? [] : [{ ffmpeg, ffprobe }]
}

/** The engines that can run here: node-av is a dependency, ffmpeg is installed on the system. */
export const availableEngines = (): ReadonlyArray<readonly [name: string, engine: Engine]> => [
  ...installedFfmpeg().map((programs) => ['ffmpeg', createFfmpegEngine(programs)] as const),
  ['node-av', createNodeAvEngine()],
]

export const createTranscoderOfEngine = (
  engine: Engine,
  options: Partial<TranscoderOptions> = {},
): Transcoder =>
  createTranscoderFrom(
    pipe(
      engine.describe,
      TE.bimap(unavailable('transcoder'), (facts) => ({ engine, facts })),
    ),
    { maxSeconds: 60, log: silentLog, ...options },
  )
