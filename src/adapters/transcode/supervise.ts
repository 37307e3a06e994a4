import type { ChildProcess } from 'node:child_process'
import { endOf } from '../sandbox/sandbox.ts'
import type { EngineFailure } from './engine.ts'

export type Bounds = { readonly wallSeconds: number; readonly signal?: AbortSignal }

/** How a process ended, and what it said on stderr. */
export type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  /** Why we killed it, if we did. */
  readonly stopped: 'time' | 'aborted' | null
  /** It never ran. */
  readonly startError: Error | null
}

const MAX_STDERR_BYTES = 64 * 1024

/** Waits until a process and its pipes are closed; kills it when its time is up, on abort, and when we exit. */
export const supervise = (child: ChildProcess, { wallSeconds, signal }: Bounds): Promise<Ended> =>
  new Promise((resolve) => {
    let stopped: Ended['stopped'] = null
    let stderr = ''
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

    const end = (ended: Pick<Ended, 'code' | 'signal' | 'startError'>) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      process.off('exit', exit)
      resolve({ ...ended, stderr, stopped })
    }
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(0, MAX_STDERR_BYTES)
    })
    child.once('error', (startError) => end({ code: null, signal: null, startError }))
    child.once('close', (code, killedBy) => end({ ...endOf(code, killedBy), startError: null }))
    if (signal?.aborted) abort()
  })

/** Logs are read by more people than may know how somebody named a file. */
export const withoutPath = (text: string, path: string | null): string =>
  path === null ? text : text.replaceAll(path, '…')

const CRASHES: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGFPE',
  'SIGILL',
  'SIGTRAP',
  'SIGSYS',
])

/** `null` when it ended well. `path`, if there is one, is taken out of what is told. */
export const failureOf = (ended: Ended, path: string | null): EngineFailure | null => {
  const { code, signal, stopped, startError } = ended
  if (code === 0 && stopped === null) return null
  const stderr = withoutPath(ended.stderr, path).trim()
  const detail = `${startError?.message ?? `ended by ${signal ?? code}`}: ${stderr.split('\n').slice(-4).join(' | ')}`
  return { reason: stopped ?? reasonOf(ended), detail: detail.slice(0, 600) }
}

/** Of a command that was not to be run, or not found, as told by those that were to run it; 255 of an ffmpeg that was
 * asked to end, as a service manager asks every process that it stops. */
const NO_VERDICT: ReadonlySet<number | null> = new Set([126, 127, 255])

const reasonOf = ({ code, signal, stderr, startError }: Ended): EngineFailure['reason'] => {
  if (startError !== null || NO_VERDICT.has(code) || /No space left on device/i.test(stderr)) return 'broken'
  if (signal === 'SIGXFSZ' || /File too large/i.test(stderr)) return 'size'
  if (signal === null) return 'input'
  return CRASHES.has(signal) ? 'crashed' : 'broken'
}
