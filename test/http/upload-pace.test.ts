import { expect } from 'chai'
import { isTimeout } from '../../src/domain/shared/timeout-error.ts'
import { createPace } from '../../src/http/request/upload-pace.ts'

const isSlow = (waits: ReadonlyArray<readonly [seconds: number, bytes: number]>): boolean => {
  const check = createPace()
  try {
    for (const [seconds, bytes] of waits) check(seconds * 1000, bytes)
    return false
  } catch (error) {
    if (isTimeout(error)) return true
    throw error
  }
}
const times = <A>(count: number, one: A): ReadonlyArray<A> => Array.from({ length: count }, () => one)

describe('the pace of a body (§11.1)', () => {
  it('is too slow if the bytes drip', () => {
    expect(isSlow(times(4, [29, 1]))).to.equal(false)
    expect(isSlow(times(5, [29, 1]))).to.equal(true)
  })

  it('is too slow if the bytes drip after a fast beginning', () => {
    expect(isSlow([[1, 1e9], ...times(10, [29, 1] as const)])).to.equal(true)
  })

  it('is that of a slow line', () => {
    expect(isSlow(times(10_000, [2, 1200]))).to.equal(false)
  })
})
