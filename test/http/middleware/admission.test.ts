import { expect } from 'chai'
import { type AdmitRequest, createAdmission } from '../../../src/http/middleware/admission.ts'
import { createTrafficCounters } from '../../../src/http/middleware/traffic-counters.ts'
import { asMonotonic } from '../../support/as-monotonic.ts'
import { countEventLoopTurns } from '../../support/event-loop-turns.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))
const turns = async (count: number) => {
  for (let n = 0; n < count; n += 1) await nextTurn()
}

type Options = { readonly perTurn?: number; readonly inFlight?: number; readonly waiting?: number }

const setUp = ({ perTurn = 100, inFlight = 1000, waiting = 1000 }: Options = {}) => {
  let time = 0
  const counts = createTrafficCounters().requests
  const limits = { inFlight, waiting, waitMilliseconds: 3000 }
  const admit = createAdmission({ limits, counts, monotonic: asMonotonic(() => time), perTurn })
  const log: string[] = []
  const releases = new Map<string, () => void>()
  const arrive = (name: string, { isLikelyHit = false, isAbandoned = false, throws = false } = {}) =>
    admit({
      isLikelyHit,
      begin: (release) => {
        log.push(name)
        releases.set(name, release)
        if (throws) throw new Error(name)
      },
      refuse: () => log.push(`${name} refused`),
      isAbandoned: () => isAbandoned,
      fail: () => log.push(`${name} failed`),
    })
  return {
    admit,
    arrive,
    log,
    counts,
    release: (name: string) => releases.get(name)?.(),
    advance: (seconds: number) => {
      time += seconds * 1000
    },
  }
}

describe('admission [V28]', () => {
  describe('by turns of the event loop', () => {
    const turnsSoFar = countEventLoopTurns()

    /** Returns the turn of the event loop in which each of `count` requests starts. */
    const startAll = (admit: AdmitRequest, count: number): Promise<ReadonlyArray<number>> =>
      new Promise((resolve) => {
        const from = turnsSoFar()
        const startedIn: Array<number> = []
        for (let n = 0; n < count; n++)
          admit({
            isLikelyHit: false,
            begin: () => {
              startedIn[n] = turnsSoFar() - from
              if (n === count - 1) resolve(startedIn)
            },
            refuse: () => undefined,
            isAbandoned: () => false,
            fail: () => undefined,
          })
      })

    it('starts few requests at once', async () => {
      expect(await startAll(setUp({ perTurn: 3 }).admit, 3)).to.deep.equal([0, 0, 0])
    })

    it('starts a limited number in one turn and the rest in later turns, in order of arrival', async () => {
      expect(await startAll(setUp({ perTurn: 3 }).admit, 8)).to.deep.equal([0, 0, 0, 1, 1, 1, 2, 2])
    })

    it('starts requests at once again when the queue is empty', async () => {
      const { admit } = setUp({ perTurn: 2 })
      await startAll(admit, 5)
      await turns(2)
      expect(await startAll(admit, 2)).to.deep.equal([0, 0])
    })
  })

  it('starts all other requests of a turn when one throws [V29]', async () => {
    const { arrive, log, counts } = setUp({ perTurn: 2 })
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) arrive(name, { throws: 'ace'.includes(name) })
    await turns(4)
    expect(log.filter((line) => line.length === 1)).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f'])
    expect(log.filter((line) => line.endsWith('failed'))).to.have.length(3)
    expect(counts).to.include({ in_flight: 3, waiting: 0 })
  })

  it('respects the in-flight limit, and continues when a request has its reply', async () => {
    const { arrive, log, release, counts } = setUp({ inFlight: 2 })
    for (const name of ['a', 'b', 'c', 'd']) arrive(name)
    await turns(3)
    expect(log).to.deep.equal(['a', 'b'])
    expect(counts).to.include({ in_flight: 2, waiting: 2 })
    release('a')
    release('a')
    await turns(2)
    expect(log).to.deep.equal(['a', 'b', 'c'])
  })

  it('starts likely hits while other requests wait, and before them', async () => {
    const { arrive, log } = setUp({ inFlight: 1, perTurn: 1 })
    for (const name of ['a', 'b', 'c']) arrive(name)
    arrive('hit', { isLikelyHit: true })
    await turns(3)
    expect(log).to.deep.equal(['a', 'hit'])
  })

  it('refuses requests at once when the queue is full', () => {
    const { arrive, log, counts } = setUp({ inFlight: 1, waiting: 1 })
    for (const name of ['a', 'b', 'c']) arrive(name)
    expect(log).to.deep.equal(['a', 'c refused'])
    expect(counts).to.include({ waiting: 1, refused_full: 1 })
  })

  it('[S5] has one queue limit for likely hits and other requests together', () => {
    const { arrive, log, counts } = setUp({ inFlight: 1, waiting: 3 })
    for (const n of [1, 2, 3, 4]) {
      arrive(`rest ${n}`)
      arrive(`hit ${n}`, { isLikelyHit: true })
    }
    expect(log).to.deep.equal(['rest 1', 'hit 1', 'hit 3 refused', 'rest 4 refused', 'hit 4 refused'])
    expect(counts).to.include({ waiting: 3, refused_full: 3 })
  })

  it('refuses requests that waited too long, and skips those whose client disconnected', async () => {
    const { arrive, log, counts, release, advance } = setUp({ inFlight: 1 })
    arrive('a')
    arrive('left', { isAbandoned: true })
    arrive('b')
    advance(2)
    arrive('c')
    advance(1)
    release('a')
    await turns(3)
    expect(log).to.deep.equal(['a', 'b refused', 'c'])
    expect(counts).to.include({ waiting: 0, refused_waited: 1, abandoned: 1, in_flight: 1 })
  })
})
