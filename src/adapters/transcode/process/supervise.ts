import type { ChildProcess } from 'node:child_process'
import { createHeadAndTail } from '../../platform/both-ends.ts'
import { isCrash } from '../../platform/crash-signals.ts'
import { processEndOf } from '../../sandbox/sandbox.ts'
import type { EngineFailure } from '../engine.ts'
import { machineLineOf, verdictOf } from './machine-faults.ts'

export type DecoderBounds = { readonly wallSeconds: number; readonly signal?: AbortSignal }

/** How a process ended, and what it said on stderr, or both ends of that. */
export type SupervisedEnd = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** Why we killed it, if we did. */
  readonly stopped: 'time' | 'aborted' | null
  /** It never ran. */
  readonly startError: Error | null
}

/** Of each end. */
const MAX_STDERR = 64 * 1024

/** Waits until a process and its pipes are closed; kills it when its time is up, on abort, and when we exit. */
export const superviseDecoder = (
  child: ChildProcess,
  { wallSeconds, signal }: DecoderBounds,
): Promise<SupervisedEnd> =>
  new Promise((resolve) => {
    let stopped: SupervisedEnd['stopped'] = null
    const stderr = createHeadAndTail(MAX_STDERR)
    const stop = (why: 'time' | 'aborted') => {
      stopped ??= why
      child.kill('SIGKILL')
    }
    const abort = () => stop('aborted')
    const exit = () => child.kill('SIGKILL')
    // Longer timers overflow, and would fire at once.
    const timer = setTimeout(() => stop('time'), Math.min(wallSeconds * 1000, 2 ** 31 - 1))
    signal?.addEventListener('abort', abort)
    process.once('exit', exit)

    const end = (ended: Pick<SupervisedEnd, 'code' | 'signal' | 'startError'>) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      process.off('exit', exit)
      resolve({ ...ended, stderr: stderr.text(), stopped })
    }
    child.stderr?.setEncoding('utf8').on('data', stderr.add)
    child.once('error', (startError) => end({ code: null, signal: null, startError }))
    child.once('close', (code, killedBy) => end({ ...processEndOf(code, killedBy), startError: null }))
    if (signal?.aborted) abort()
  })

/** Names of files are private, and logs have many readers. */
export const withoutPath = (text: string, path: string | null): string =>
  path === null ? text : text.replaceAll(path, '…')

/** `null` when it ended well. `path`, if there is one, is taken out of what is told. */
export const failureOf = (ended: SupervisedEnd, path: string | null): EngineFailure | null => {
  const { code, signal, stopped, startError } = ended
  if (code === 0 && stopped === null) return null
  const stderr = withoutPath(ended.stderr, path).trim()
  const last = stderr.split('\n').slice(-4)
  const cause = machineLineOf(stderr)
  const said = cause === null || last.includes(cause) ? last : [cause, ...last]
  const detail = `${startError?.message ?? `ended by ${signal ?? code}`}: ${said.join(' | ')}`
  return { reason: stopped ?? reasonOf(ended), detail: detail.slice(0, 600) }
}

/** Of a command that was not to be run, or not found, as told by those that were to run it; 255 of an ffmpeg that was
 * asked to end, as a service manager asks every process that it stops. */
const NO_VERDICT: ReadonlySet<number | null> = new Set([126, 127, 255])

const reasonOf = ({ code, signal, stderr, startError }: SupervisedEnd): EngineFailure['reason'] => {
  if (startError !== null || NO_VERDICT.has(code)) return 'broken'
  const verdict = verdictOf(stderr)
  if (signal === null || verdict === 'broken') return verdict
  if (signal === 'SIGXFSZ' || verdict === 'size') return 'size'
  return isCrash(signal) ? 'crashed' : 'broken'
}
