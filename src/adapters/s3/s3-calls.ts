import { TimeoutError } from '../../domain/shared/timeout-error.ts'

/** The running requests. Each has a timeout, and all are aborted when the store is closed. */
export type S3Calls = {
  /**
   * Runs a request. Aborts it if it has not resolved within `ms`, if `cancel` is aborted, or if the store is
   * closed. After it has resolved, it is no longer aborted, because the result may be the start of a stream.
   */
  readonly withTimeout: <A>(
    ms: number,
    request: (signal: AbortSignal) => Promise<A>,
    cancel?: AbortSignal,
  ) => Promise<A>
  readonly close: () => void
}

export const createS3Calls = (): S3Calls => {
  const running = new Set<AbortController>()
  let isClosed = false

  return {
    withTimeout: async (ms, request, cancel) => {
      if (isClosed) throw new Error('the store is closed')
      const call = new AbortController()
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        call.abort()
      }, ms)
      running.add(call)
      try {
        return await request(cancel === undefined ? call.signal : AbortSignal.any([cancel, call.signal]))
      } catch (error) {
        // TimeoutError has the same name as the SDK's error for a timeout, so s3-fault.ts explains it.
        if (isLate) throw new TimeoutError(`no answer within ${ms} ms`)
        throw error
      } finally {
        clearTimeout(timer)
        running.delete(call)
      }
    },
    close: () => {
      isClosed = true
      for (const call of running) call.abort()
    },
  }
}
