import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as t from 'io-ts'
import { E, pipe, TE } from '../../../fp.ts'
import { startMessageChild } from '../../platform/start-message-child.ts'
import type { SandboxFiles } from '../../sandbox/own-root.ts'
import { type Engine, type EngineFailure, noSandboxFiles, sandboxFilesOf } from '../engine.ts'
import { PacketSpan } from '../packet-spans.ts'
import { ProbedFile } from '../probed-file.ts'
import {
  MAX_FILE_BYTES,
  MAX_MEMORY_BYTES,
  PROBE_TIMEOUT_SECONDS,
  SCAN_TIMEOUT_SECONDS,
} from '../process/decoder-limits.ts'
import { boundedCommand, minimalEnvironment } from '../process/launcher.ts'
import { classifyMessages } from '../process/machine-faults.ts'
import { type DecoderBounds, redactPath, superviseDecoder, toEngineFailure } from '../process/supervise.ts'
import { ChildReply, type ChildRequest } from './node-av-messages.ts'

/**
 * Creates an engine that uses FFmpeg's libraries (npm package node-av). The libraries run in a child process,
 * because native code may crash.
 */
export const createNodeAvEngine = (): Engine => ({
  describe: pipe(
    runRequest({ kind: 'describe' }, noSandboxFiles, { wallSeconds: PROBE_TIMEOUT_SECONDS }),
    TE.flatMapEither(
      decodeWith(t.readonly(t.strict({ name: t.string, missingDecoders: t.readonlyArray(t.string) }))),
    ),
  ),
  probe: (path, signal) =>
    pipe(
      runRequest(
        { kind: 'probe', path },
        sandboxFilesOf.probe(path),
        { wallSeconds: PROBE_TIMEOUT_SECONDS, signal },
        path,
      ),
      TE.flatMapEither(decodeWith(ProbedFile)),
    ),
  peakFrameRate: (path, streamIndex, signal) =>
    pipe(
      runRequest(
        { kind: 'peak-rate', path, streamIndex },
        sandboxFilesOf.probe(path),
        { wallSeconds: SCAN_TIMEOUT_SECONDS, signal },
        path,
      ),
      TE.flatMapEither(decodeWith(t.number)),
    ),
  packetSpans: ({ path, jumpSeconds }, streamIndexes, signal) =>
    pipe(
      runRequest(
        { kind: 'packet-spans', path, streamIndexes, jumpSeconds },
        sandboxFilesOf.probe(path),
        { wallSeconds: SCAN_TIMEOUT_SECONDS, signal },
        path,
      ),
      TE.flatMapEither(decodeWith(t.readonlyArray(PacketSpan))),
    ),
  encode: (job, onProgress, signal) =>
    pipe(
      runRequest(
        { kind: 'encode', job },
        sandboxFilesOf.encode(job),
        { wallSeconds: job.wallSeconds, signal },
        job.path,
        onProgress,
      ),
      TE.flatMapEither(decodeWith(t.readonly(t.strict({ isTruncated: t.boolean, hasErrors: t.boolean })))),
    ),
  remux: (job, signal) =>
    pipe(
      runRequest({ kind: 'remux', job }, sandboxFilesOf.remux(job), { wallSeconds: job.wallSeconds, signal }),
      TE.map(() => undefined),
    ),
})

/** Path of the child's code: TypeScript in tests, JavaScript in a build, like this file itself. */
const CHILD = fileURLToPath(new URL(`./node-av-child${extname(import.meta.url)}`, import.meta.url))

// Limits of the child process. Memory is limited as data and not as address space, because V8 reserves far
// more address space than it uses.
const LIMITS = [`--data=${MAX_MEMORY_BYTES}`, `--fsize=${MAX_FILE_BYTES}`]

/** Starts a child process, sends it one request, and waits until it has exited. Error messages omit `path`. */
const runRequest =
  (
    request: ChildRequest,
    files: SandboxFiles,
    bounds: DecoderBounds,
    path: string | null = null,
    onProgress: (seconds: number) => void = () => {},
  ): TE.TaskEither<EngineFailure, unknown> =>
  async () => {
    // These Node flags load the TypeScript runner in tests. Debugger flags are omitted, because the debugger
    // port of this process is already in use.
    const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
    const { program, args } = await boundedCommand({ program: process.execPath, args: flags }, files, LIMITS)
    // The thread pool needs more threads than the default of 4, because decoding and each encoding are
    // tasks of the pool.
    const env = { ...minimalEnvironment(), UV_THREADPOOL_SIZE: '8' }
    let answer: E.Either<EngineFailure, unknown> | null = null
    // A separate process group: Ctrl-C in the terminal must reach only this process.
    const child = startMessageChild(CHILD, request, { program, args, env, detached: true }, (message) => {
      const reply = ChildReply.decode(message)
      if (E.isLeft(reply)) return
      if (reply.right.kind === 'progress') onProgress(reply.right.seconds)
      if (reply.right.kind === 'done') answer = E.right(reply.right.value)
      if (reply.right.kind === 'failed') answer = E.left(toFailure(reply.right.detail, path))
    })
    const end = await superviseDecoder(child, bounds)
    const failure = toEngineFailure(end, path)
    if (failure !== null) return E.left(failure)
    return answer ?? E.left({ reason: 'unexplained', detail: 'it ended without an answer' })
  }

const toFailure = (detail: string, path: string | null): EngineFailure => ({
  reason: classifyMessages(detail),
  detail: redactPath(detail, path).slice(0, 600),
})

const decodeWith =
  <A>(codec: t.Type<A, unknown, unknown>) =>
  (value: unknown): E.Either<EngineFailure, A> =>
    pipe(
      codec.decode(value),
      E.mapLeft((): EngineFailure => ({ reason: 'unexplained', detail: 'it sent an unexpected answer' })),
    )
