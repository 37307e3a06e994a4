import { NoAnswer } from '../../domain/shared/no-answer.ts'

/** Requests under way: each ends in time, and all end when the store is closed. */
export type S3Calls = {
  /**
   * Runs a request, which is broken off when it has not resolved within `ms`, when `left` aborts, or when the store is
   * closed. What it has resolved with is left alone: it may be the head of a stream.
   */
  readonly within: <A>(
    ms: number,
    request: (signal: AbortSignal) => Promise<A>,
    left?: AbortSignal,
  ) => Promise<A>
  readonly close: () => void
}

export const createS3Calls = (): S3Calls => {
  const underway = new Set<AbortController>()
  let isClosed = false

  return {
    within: async (ms, request, left) => {
      if (isClosed) throw new Error('the store is closed')
      const call = new AbortController()
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        call.abort()
      }, ms)
      underway.add(call)
      try {
        return await request(left === undefined ? call.signal : AbortSignal.any([left, call.signal]))
      } catch (error) {
        // In the SDK's word for it, which s3-fault.ts explains.
        if (isLate) throw new NoAnswer(`no answer within ${ms} ms`)
        throw error
      } finally {
        clearTimeout(timer)
        underway.delete(call)
      }
    },
    close: () => {
      isClosed = true
      for (const call of underway) call.abort()
    },
  }
}
