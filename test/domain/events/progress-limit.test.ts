import { expect } from 'chai'
import { createProgressLimit } from '../../../src/domain/events/progress-limit.ts'
import type { JobStep } from '../../../src/ports/event-log.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'

describe('the limit of progress', () => {
  it('passes on two steps a second and job, and the last one in any case', () => {
    let now = 0
    const passed: Array<readonly [number, string, number]> = []
    const limit = createProgressLimit(
      asMonotonic(() => now),
      ({ job, progress }) => passed.push([now, job, progress]),
    )
    const step = (job: string, progress: number): JobStep => ({
      ...{ uid: 'if_1', kind: 'image', job, state: 'running', progress },
      ...{ stage: null, speed: null, eta_seconds: null },
    })
    for (; now < 1000; now += 100) {
      limit.flush()
      limit.add(step('one', now))
      if (now === 300) limit.add(step('two', now))
    }
    expect(limit.isWaiting()).to.equal(true)
    limit.flush()
    expect(passed).to.deep.equal([
      [0, 'one', 0],
      [300, 'two', 300],
      [500, 'one', 400],
      [1000, 'one', 900],
    ])
    expect(limit.isWaiting()).to.equal(false)
  })
})
