import { TimeoutError } from '../../domain/shared/timeout-error.ts'

/** The running requests. Each has a timeout, and all are aborted when the store is closed. */
export type S3Calls = {
  /**
   * Runs a request. It is aborted if it has not resolved within `ms`, if `cancel` aborts, or if the store
   * is closed. Its result is never aborted: it may be the start of a stream.
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
        // TimeoutError has the SDK's name for a timeout, which s3-fault.ts explains.
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
