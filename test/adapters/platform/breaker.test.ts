import { expect } from 'chai'
import { createBreaker } from '../../../src/adapters/platform/breaker.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'

describe('breaker', () => {
  let now: number
  let events: string[]

  beforeEach(() => {
    now = 0
    events = []
  })

  const make = () =>
    createBreaker({
      openMs: 1000,
      monotonic: asMonotonic(() => now),
      onOpen: (cause) => events.push(`open ${cause}`),
      onAnswered: () => events.push('answered'),
    })

  it('[V21] permits every call while calls succeed', () => {
    const breaker = make()
    breaker.answered()
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, true])
    expect(events).to.deep.equal(['answered'])
  })

  it('[V21] rejects calls for a second after a timeout', () => {
    const breaker = make()
    breaker.timedOut('silence')
    expect(breaker.tryEnter()).to.equal(false)
    now = 999
    expect(breaker.tryEnter()).to.equal(false)
  })

  it('[V21] then permits one probe a second, whatever the result of the probe', () => {
    const breaker = make()
    breaker.timedOut('silence')
    now = 1000
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, false])
    now = 2000 // The first probe has no result yet.
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, false])
  })

  it('[V21] waits again after a failed probe, and reports the opening once', () => {
    const breaker = make()
    breaker.timedOut('silence')
    now = 1000
    breaker.tryEnter()
    now = 1500
    breaker.timedOut('silence again')
    now = 2400
    expect(breaker.tryEnter()).to.equal(false)
    now = 2500
    expect(breaker.tryEnter()).to.equal(true)
    expect(events).to.deep.equal(['open silence'])
  })

  it('[V21] permits every call as soon as one succeeds', () => {
    const breaker = make()
    breaker.timedOut('silence')
    breaker.answered()
    breaker.answered()
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, true])
    expect(events).to.deep.equal(['open silence', 'answered', 'answered'])
  })
})
