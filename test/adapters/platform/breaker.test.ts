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

  it('[V21] lets every call through while all is well', () => {
    const breaker = make()
    breaker.answered()
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, true])
    expect(events).to.deep.equal(['answered'])
  })

  it('[V21] refuses calls for a second after a time-out', () => {
    const breaker = make()
    breaker.timedOut('silence')
    expect(breaker.tryEnter()).to.equal(false)
    now = 999
    expect(breaker.tryEnter()).to.equal(false)
  })

  it('[V21] then lets one caller probe in each second, whatever becomes of the probe', () => {
    const breaker = make()
    breaker.timedOut('silence')
    now = 1000
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, false])
    now = 2000 // the first probe is still waiting
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, false])
  })

  it('[V21] waits again after a probe in vain, and is told of once', () => {
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

  it('[V21] lets every call through as soon as one was answered', () => {
    const breaker = make()
    breaker.timedOut('silence')
    breaker.answered()
    breaker.answered()
    expect([breaker.tryEnter(), breaker.tryEnter()]).to.deep.equal([true, true])
    expect(events).to.deep.equal(['open silence', 'answered', 'answered'])
  })
})
