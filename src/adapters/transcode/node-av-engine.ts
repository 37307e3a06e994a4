import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as t from 'io-ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Files } from '../sandbox/own-root.ts'
import { type Engine, type EngineFailure, filesOf, noFiles } from './engine.ts'
import { bareEnvironment, bounded } from './launcher.ts'
import { MAX_FILE_BYTES, MAX_MEMORY_BYTES, PROBE_SECONDS, SCAN_SECONDS } from './limits.ts'
import { verdictOf } from './machine-faults.ts'
import { ChildReply, type ChildRequest } from './node-av-messages.ts'
import { ProbedFile } from './probed-file.ts'
import { type Bounds, failureOf, supervise, withoutPath } from './supervise.ts'

/** Runs FFmpeg's libraries from the npm package node-av, in a child: a crash of native code ends that alone. */
export const createNodeAvEngine = (): Engine => ({
  describe: pipe(
    ask({ kind: 'describe' }, noFiles, { wallSeconds: PROBE_SECONDS }),
    TE.flatMapEither(
      decodeWith(t.readonly(t.strict({ name: t.string, notDecoded: t.readonlyArray(t.string) }))),
    ),
  ),
  probe: (path, signal) =>
    pipe(
      ask({ kind: 'probe', path }, filesOf.probe(path), { wallSeconds: PROBE_SECONDS, signal }, path),
      TE.flatMapEither(decodeWith(ProbedFile)),
    ),
  peakRate: (path, streamIndex, signal) =>
    pipe(
      ask(
        { kind: 'peak-rate', path, streamIndex },
        filesOf.probe(path),
        { wallSeconds: SCAN_SECONDS, signal },
        path,
      ),
      TE.flatMapEither(decodeWith(t.number)),
    ),
  timeSpan: (path, streamIndexes, signal) =>
    pipe(
      ask(
        { kind: 'time-span', path, streamIndexes },
        filesOf.probe(path),
        { wallSeconds: SCAN_SECONDS, signal },
        path,
      ),
      TE.flatMapEither(decodeWith(t.number)),
    ),
  encode: (job, onProgress, signal) =>
    pipe(
      ask(
        { kind: 'encode', job },
        filesOf.encode(job),
        { wallSeconds: job.wallSeconds, signal },
        job.path,
        onProgress,
      ),
      TE.flatMapEither(decodeWith(t.readonly(t.strict({ isCutOff: t.boolean })))),
    ),
  remux: (job, signal) =>
    pipe(
      ask({ kind: 'remux', job }, filesOf.remux(job), { wallSeconds: job.wallSeconds, signal }),
      TE.map(() => undefined),
    ),
})

/** Beside this file, in TypeScript or as it was compiled. */
const CHILD = fileURLToPath(new URL(`./node-av-child${extname(import.meta.url)}`, import.meta.url))

// Of data, not of address space: V8 reserves far more of that than it uses.
const LIMITS = [`--data=${MAX_MEMORY_BYTES}`, `--fsize=${MAX_FILE_BYTES}`]

/** Forks a child, asks it one thing, and waits until it is gone. `path` is what is not to be told. */
const ask =
  (
    request: ChildRequest,
    files: Files,
    bounds: Bounds,
    path: string | null = null,
    onProgress: (seconds: number) => void = () => {},
  ): TE.TaskEither<EngineFailure, unknown> =>
  async () => {
    // The flags of this process load what reads TypeScript, where that is needed; a debugger's port is taken.
    const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
    const { program, args } = await bounded({ program: process.execPath, args: flags }, files, LIMITS)
    const child = fork(CHILD, {
      execPath: program,
      execArgv: [...args],
      // Decoding and each encoding are a task of the pool.
      env: { ...bareEnvironment(), UV_THREADPOOL_SIZE: '8' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A Ctrl-C on the terminal is for us: we decide when the work ends.
      detached: true,
    })
    let answer: E.Either<EngineFailure, unknown> | null = null
    child.on('message', (message) => {
      const reply = ChildReply.decode(message)
      if (E.isLeft(reply)) return
      if (reply.right.kind === 'progress') onProgress(reply.right.seconds)
      if (reply.right.kind === 'done') answer = E.right(reply.right.value)
      if (reply.right.kind === 'failed') answer = E.left(toFailure(reply.right.detail, path))
    })
    // A child that is gone before it has read the question is told of by how it ended.
    child.send(request, () => {})
    const ended = await supervise(child, bounds)
    const failure = failureOf(ended, path)
    if (failure !== null) return E.left(failure)
    return answer ?? E.left({ reason: 'broken', detail: 'it ended without an answer' })
  }

const toFailure = (detail: string, path: string | null): EngineFailure => ({
  reason: verdictOf(detail),
  detail: withoutPath(detail, path).slice(0, 600),
})

const decodeWith =
  <A>(codec: t.Type<A, unknown, unknown>) =>
  (value: unknown): E.Either<EngineFailure, A> =>
    pipe(
      codec.decode(value),
      E.mapLeft((): EngineFailure => ({ reason: 'broken', detail: 'it answered something else than asked' })),
    )
