import type { ChildProcess } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as t from 'io-ts'
import {
  type Refused,
  refused,
  type Unavailable,
  unavailable,
  unavailableForInput,
} from '../../domain/shared/errors.ts'
import { E, pipe, TE } from '../../fp.ts'
import { isCrashSignal } from '../platform/crash-signals.ts'
import { failedWithFile } from '../platform/errno.ts'
import { type MessageChildCommand, startMessageChild } from '../platform/start-message-child.ts'
import { isMachineFaultExit } from '../sandbox/machine-faults.ts'
import type { SandboxFiles } from '../sandbox/own-root.ts'
import { type ProcessExit, sandboxCommand, toProcessExit } from '../sandbox/sandbox.ts'
import { ImageChildMessage, type ImageJob } from './image-job.ts'

type Bounds = { readonly timeoutSeconds: number; readonly signal: AbortSignal | undefined }

type Outcome = E.Either<Refused | Unavailable, unknown>

/** Path of the child's code: TypeScript in tests, JavaScript in a build, like this file itself. */
const childPath = fileURLToPath(new URL(`./image-child${extname(import.meta.url)}`, import.meta.url))

/**
 * Runs one job in a sandboxed child process, which has a lower CPU priority than the server. The child is
 * killed after its result, on timeout, on abort, and when this process dies. When the task ends, the child
 * has exited.
 */
export const runImageChild = <A>(
  job: ImageJob,
  result: t.Type<A, unknown, unknown>,
  bounds: Bounds,
  onProgress: (fraction: number) => void = () => {},
): TE.TaskEither<Refused | Unavailable, A> =>
  pipe(
    TE.tryCatch(
      async () => waitForExit(await commandFor(filesOf(job)), job, bounds, onProgress),
      failedWithFile('image process'),
    ),
    TE.flatMapEither((outcome) => outcome),
    TE.flatMapEither((value) => pipe(result.decode(value), E.mapLeft(failed))),
  )

/** The process may need too much memory for its file, or have a bug. */
const failed = unavailableForInput('image process')
const broken = unavailable('image process')

/** Returns the files that a job needs. The source is read-only, because the child repairs it in memory. */
const filesOf = (job: ImageJob): SandboxFiles => ({
  reads: [job.path],
  writes: job.task === 'render' ? [job.folder] : [],
})

const commandFor = async (files: SandboxFiles): Promise<MessageChildCommand> => {
  // These Node flags load the TypeScript runner in tests. Debugger flags are omitted, because the debugger
  // port of this process is already in use.
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'))
  return { ...(await sandboxCommand({ program: process.execPath, args: flags }, files)), env: {} }
}

const waitForExit = (
  command: MessageChildCommand,
  job: ImageJob,
  { timeoutSeconds, signal }: Bounds,
  onProgress: (fraction: number) => void,
): Promise<Outcome> =>
  new Promise((resolve) => {
    let outcome: Outcome | undefined
    const settle = (candidate: Outcome): void => {
      outcome ??= candidate
      child.kill('SIGKILL')
    }
    const timer = setTimeout(
      () =>
        settle(E.left(refused(`the picture takes longer than ${timeoutSeconds} seconds: save it smaller`))),
      timeoutSeconds * 1000,
    )
    const abort = (): void => settle(E.left(broken(new Error('it was aborted'))))
    signal?.addEventListener('abort', abort)
    const child = startMessageChild(childPath, job, command, (message) => {
      const report = ImageChildMessage.decode(message)
      if (E.isLeft(report)) settle(E.left(failed(report.left)))
      else if (report.right.kind !== 'progress') settle(outcomeOf(report.right))
      else if (outcome === undefined) onProgress(report.right.fraction)
    })
    const readStderr = stderrTailReader(child)
    child.on('error', (cause) => settle(E.left(broken(cause))))
    child.on('close', (code, killedBy) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      resolve(outcome ?? E.left(failureOf(toProcessExit(code, killedBy), readStderr())))
    })
    if (signal?.aborted) abort()
  })

const outcomeOf = (report: Exclude<ImageChildMessage, { readonly kind: 'progress' }>): Outcome => {
  switch (report.kind) {
    case 'done':
      return E.right(report.result)
    case 'refused':
      return E.left(refused(report.message))
    case 'failed':
      return E.left(
        (report.isInputSuspected ? unavailableForInput : unavailable)(report.dependency)(report.cause),
      )
  }
}

const failureOf = ({ code, signal }: ProcessExit, stderr: string): Refused | Unavailable =>
  signal !== null && isCrashSignal(signal)
    ? refused('the picture is damaged and crashes its decoder: open it in another program and save it again')
    : (isMachineFaultExit({ code, signal }, stderr) ? broken : failed)(
        new Error(`ended with ${signal ?? code}: ${stderr}`),
      )

const stderrTailReader = (child: ChildProcess): (() => string) => {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-2000)
  })
  return () => text.trim()
}
