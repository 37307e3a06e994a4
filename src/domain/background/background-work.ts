import { E, type TE } from '../../fp.ts'
import type { Log } from '../../ports/log.ts'
import type { Sleep } from '../../ports/sleep.ts'
import { errorStack } from '../shared/error-text.ts'
import type { DomainError } from '../shared/errors.ts'
import { type Backoff, backoffMilliseconds } from './backoff.ts'
import { describeFailure } from './describe-failure.ts'

/** Whether a task runs again after a success: after a delay in milliseconds, or not at all. */
export type NextRun = { readonly againInMs: number } | 'done'

type TaskContext = {
  /** Is aborted when the background work stops. The task must end as soon as possible after that. */
  readonly signal: AbortSignal
  /** Counts and logs the failure of one item. The task continues with the other items. */
  readonly failed: (error: unknown, item: string) => void
}

export type BackgroundTask = {
  /** Fixed name, for the log and the counters. */
  readonly name: string
  /** Runs the task once. A `left` or an exception is a failure: the task is retried with backoff. */
  readonly run: (context: TaskContext) => TE.TaskEither<DomainError, NextRun>
  /** Called after each failure of the whole task. */
  readonly onFailure?: (error: unknown, failuresInARow: number) => void
}

export type TaskStatus = {
  readonly task: string
  readonly state: 'running' | 'waiting' | 'done' | 'stopped'
  readonly runs: number
  readonly failures: number
  /** The last failure in one line; `null` when there was none. */
  readonly lastFailure: string | null
}

/** Runs everything that a process does besides answering requests. */
export type BackgroundWork = {
  /** Starts a task. Failures of the task are not reported to the caller. Does nothing after `stop`. */
  readonly start: (task: BackgroundTask) => void
  /**
   * Aborts all tasks and waits for them, at most `limitMs`. Resolves to the names of the tasks still running.
   */
  readonly stop: (limitMs: number) => Promise<ReadonlyArray<string>>
  readonly statuses: () => ReadonlyArray<TaskStatus>
}

type Deps = {
  readonly log: Log
  readonly sleep: Sleep
  /** Returns a random number from 0 to 1, for the delays of retries. Tests replace it. */
  readonly random?: () => number
  readonly backoff?: Backoff
}

type Running = { -readonly [K in keyof TaskStatus]: TaskStatus[K] }

const defaultBackoff: Backoff = { first: 5_000, most: 300_000 }

export const createBackgroundWork = (deps: Deps): BackgroundWork => {
  const { log, sleep, random = Math.random, backoff = defaultBackoff } = deps
  const stopping = new AbortController()
  const tasks: Running[] = []
  const loops = new Map<Running, Promise<void>>()

  const noteFailure = (counts: Running, error: unknown, fields: Readonly<Record<string, unknown>>): void => {
    counts.failures += 1
    counts.lastFailure = describeFailure(error)
    log.warn('background.failed', { task: counts.task, cause: counts.lastFailure, ...fields })
  }

  /** Runs the task once. An exception counts as a failure. */
  const attempt = async (
    task: BackgroundTask,
    counts: Running,
    signal: AbortSignal,
  ): Promise<E.Either<unknown, NextRun>> => {
    const failed = (error: unknown, item: string) => {
      if (!signal.aborted) noteFailure(counts, error, { item })
    }
    try {
      return await task.run({ signal, failed })()
    } catch (error) {
      log.error('background.exception', { task: task.name, stack: errorStack(error) })
      return E.left(error)
    }
  }

  const loop = async (task: BackgroundTask, counts: Running): Promise<void> => {
    // A signal of its own: Node warns of a leak when more than ten listen to one.
    const signal = AbortSignal.any([stopping.signal])
    let failuresInARow = 0
    while (!signal.aborted) {
      counts.state = 'running'
      counts.runs += 1
      const result = await attempt(task, counts, signal)
      // A failure while the work is being stopped is a consequence of the stop, so it is not counted.
      if (signal.aborted) break
      if (E.isRight(result)) {
        failuresInARow = 0
        if (result.right === 'done') {
          counts.state = 'done'
          return
        }
        counts.state = 'waiting'
        await sleep(result.right.againInMs, signal)
        continue
      }
      failuresInARow += 1
      const retryInMs = backoffMilliseconds(backoff, failuresInARow, random)
      noteFailure(counts, result.left, { failures_in_a_row: failuresInARow, retry_in_ms: retryInMs })
      task.onFailure?.(result.left, failuresInARow)
      counts.state = 'waiting'
      await sleep(retryInMs, signal)
    }
    counts.state = 'stopped'
  }

  return {
    start: (task) => {
      if (stopping.signal.aborted) return
      const counts: Running = { task: task.name, state: 'waiting', runs: 0, failures: 0, lastFailure: null }
      tasks.push(counts)
      const running = loop(task, counts)
        .catch((error) => noteFailure(counts, error, { ended: true }))
        .finally(() => loops.delete(counts))
      loops.set(counts, running)
    },

    stop: async (limitMs) => {
      stopping.abort()
      const limit = new AbortController()
      await Promise.race([Promise.all(loops.values()), sleep(limitMs, limit.signal)])
      limit.abort()
      const stillRunning = [...loops.keys()].map(({ task }) => task)
      if (stillRunning.length > 0)
        log.warn('background.still_running', { tasks: stillRunning, after_ms: limitMs })
      return stillRunning
    },

    statuses: () => tasks.map((counts) => Object.assign({}, counts)),
  }
}
