import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Unavailable, unavailable } from '../../domain/shared/errors.ts'
import { E, type TE } from '../../fp.ts'
import type { Log } from '../../ports/log.ts'
import { findProgram } from '../sandbox/find-program.ts'
import { findSandbox } from '../sandbox/sandbox.ts'
import type { Engine, EngineFacts } from './engine.ts'
import { createFfmpegEngine } from './ffmpeg/ffmpeg-engine.ts'
import { createNodeAvEngine } from './node-av/node-av-engine.ts'

export type EnginePaths = { readonly ffmpegPath: string | null; readonly ffprobePath: string | null }

export type FoundEngine = { readonly engine: Engine; readonly facts: EngineFacts }

/** No file is to blame for this failure: another machine may have an engine. */
const noEngine = unavailable('media engine')

/**
 * Finds the engine to use: the configured ffmpeg, else ffmpeg in PATH, else the package node-av. If a
 * configured ffmpeg does not work, the search fails without a fallback.
 */
export const findEngine =
  (paths: EnginePaths, log: Log): TE.TaskEither<Unavailable, FoundEngine> =>
  async () => {
    const reasons: string[] = []
    for (const { name, engine } of candidates(paths)) {
      const facts = await engine.describe()
      if (E.isRight(facts)) {
        const { isolation } = await findSandbox()
        // Without full isolation this event is a warning, because operators should know that hostile files
        // are decoded without full isolation.
        const logEngine = Object.values(isolation).every((isIsolated) => isIsolated) ? log.info : log.warn
        logEngine('transcoder.engine', { engine: facts.right.name, ...isolation })
        return E.right({ engine, facts: facts.right })
      }
      reasons.push(`${name} does not work: ${facts.left.detail}`)
    }
    const cause =
      reasons.length > 0 ? reasons.join('; ') : 'there is no ffmpeg on PATH, and no node-av package'
    log.warn('transcoder.no_engine', { cause })
    return E.left(noEngine(cause))
  }

/** Returns all working engines of this machine. The engine in use is the first. */
export const findEngines =
  (paths: EnginePaths): TE.TaskEither<never, ReadonlyArray<EngineFacts>> =>
  async () => {
    const described = await Promise.all(candidates(paths).map(({ engine }) => engine.describe()))
    return E.right(described.flatMap((facts) => (E.isRight(facts) ? [facts.right] : [])))
  }

type Candidate = { readonly name: string; readonly engine: Engine }

const candidates = ({ ffmpegPath, ffprobePath }: EnginePaths): ReadonlyArray<Candidate> => {
  const ffmpeg = ffmpegPath ?? findProgram('ffmpeg')
  const ffprobe = ffprobePath ?? ffprobeBeside(ffmpegPath) ?? findProgram('ffprobe')
  const programs: ReadonlyArray<Candidate> =
    ffmpeg === null
      ? []
      : [{ name: ffmpeg, engine: createFfmpegEngine({ ffmpeg, ffprobe: ffprobe ?? 'ffprobe' }) }]
  if (ffmpegPath !== null || !isNodeAvInstalled()) return programs
  return [...programs, { name: 'node-av', engine: createNodeAvEngine() }]
}

const ffprobeBeside = (ffmpeg: string | null): string | null => {
  const path = ffmpeg === null ? null : join(dirname(ffmpeg), 'ffprobe')
  return path !== null && existsSync(path) ? path : null
}

// Resolves the path of the package without loading its code, because a crash in its native code would end the
// server.
const isNodeAvInstalled = (): boolean => {
  try {
    createRequire(import.meta.url).resolve('node-av/api')
    return true
  } catch {
    return false
  }
}
