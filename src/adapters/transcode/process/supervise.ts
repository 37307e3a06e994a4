import type { ChildProcess } from 'node:child_process'
import { isCrashSignal } from '../../platform/crash-signals.ts'
import { createHeadAndTail } from '../../platform/head-and-tail.ts'
import { REPLY_FD } from '../../platform/start-message-child.ts'
import { isMachineFaultExit } from '../../sandbox/machine-faults.ts'
import { toProcessExit } from '../../sandbox/sandbox.ts'
import type { EngineFailure } from '../engine.ts'
import { classifyMessages, machineFaultLine } from './machine-faults.ts'

export type DecoderBounds = {
  readonly wallSeconds: number
  readonly signal?: AbortSignal
  /** Maximum number of characters that the process may print. */
  readonly maxOutputLength?: number
}

/** How a process ended, and its stderr. A long stderr is shortened to its start and its end. */
type SupervisedExit = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** The reason why Larder killed the process; `null` if Larder did not kill it. */
  readonly stopped: 'time' | 'aborted' | 'output' | null
  /** The error because of which the process did not start; `null` if it started. */
  readonly startError: Error | null
}

/** Maximum number of characters of the start, and of the end, of stderr. */
const MAX_STDERR = 64 * 1024

/** Default of `maxOutputLength`: twice the length of the list of all packets of a video of 24 hours. */
const MAX_OUTPUT_LENGTH = 2 ** 30

/**
 * Waits until a process and its pipes are closed. Kills it at its limits, on abort, and when this process exits.
 */
export const superviseDecoder = (
  child: ChildProcess,
  { wallSeconds, signal, maxOutputLength = MAX_OUTPUT_LENGTH }: DecoderBounds,
): Promise<SupervisedExit> =>
  new Promise((resolve) => {
    let stopped: SupervisedExit['stopped'] = null
    const stderr = createHeadAndTail(MAX_STDERR)
    const stop = (reason: 'time' | 'aborted' | 'output') => {
      stopped ??= reason
      child.kill('SIGKILL')
    }
    const abort = () => stop('aborted')
    const exit = () => child.kill('SIGKILL')
    // The timeout is limited, because a longer timer would overflow and fire at once.
    const timer = setTimeout(() => stop('time'), Math.min(wallSeconds * 1000, 2 ** 31 - 1))
    signal?.addEventListener('abort', abort)
    process.once('exit', exit)

    const end = (ended: Pick<SupervisedExit, 'code' | 'signal' | 'startError'>) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      process.off('exit', exit)
      resolve({ ...ended, stderr: stderr.text(), stopped })
    }
    child.stderr?.setEncoding('utf8').on('data', stderr.add)
    let printed = 0
    for (const pipe of [child.stdout, child.stderr, child.stdio?.[REPLY_FD]])
      pipe?.on('data', (text: string) => {
        printed += text.length
        if (printed > maxOutputLength) stop('output')
      })
    child.once('error', (startError) => end({ code: null, signal: null, startError }))
    child.once('close', (code, killedBy) => end({ ...toProcessExit(code, killedBy), startError: null }))
    if (signal?.aborted) abort()
  })

/** Replaces `path` in a text, because file names are private and must not be in the log. */
export const redactPath = (text: string, path: string | null): string =>
  path === null ? text : text.replaceAll(path, '…')

const describeEnd = ({ code, signal, stderr }: SupervisedExit): string => {
  if (signal !== null) return `it was ended by ${signal}`
  return `it ended with code ${code}${stderr.trim() === '' ? ' and without a message' : ''}`
}

/**
 * Returns the failure of a process; `null` if the process succeeded. The text of the failure omits `path`,
 * because file names are private.
 */
export const toEngineFailure = (ended: SupervisedExit, path: string | null): EngineFailure | null => {
  const { code, stopped, startError } = ended
  if (code === 0 && stopped === null) return null
  const stderr = redactPath(ended.stderr, path).trim()
  const lastLines = stderr.split('\n').slice(-4)
  const cause = machineFaultLine(stderr)
  const lines = cause === null || lastLines.includes(cause) ? lastLines : [cause, ...lastLines]
  const detail = [startError?.message ?? describeEnd(ended), ...(stderr === '' ? [] : [lines.join(' | ')])]
  return { reason: stopped ?? reasonOf(ended), detail: detail.join(': ').slice(0, 600) }
}

const reasonOf = ({ code, signal, stderr, startError }: SupervisedExit): EngineFailure['reason'] => {
  if (startError !== null || isMachineFaultExit({ code, signal }, stderr)) return 'broken'
  const verdict = classifyMessages(stderr)
  if (signal === null) return verdict
  if (signal === 'SIGXFSZ' || verdict === 'size') return 'size'
  return isCrashSignal(signal) ? 'crashed' : 'unexplained'
}
