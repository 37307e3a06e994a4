import { expect } from 'chai'
import { createSingleFlight, type Flight } from '../../../src/domain/caching/single-flight.ts'
import { E } from '../../../src/fp.ts'

const never = new Promise<E.Either<never, string>>(() => undefined)

describe('single flight', () => {
  it('runs one task per name at a time, and a new one afterwards', async () => {
    const flight = createSingleFlight()
    let runs = 0
    const task = async () => E.right(++runs)
    const all = await Promise.all([flight('a', task), flight('a', task), flight('b', task)])
    expect(all).to.deep.equal([E.right(1), E.right(1), E.right(2)])
    expect(await flight('a', task)).to.deep.equal(E.right(3))
  })

  it('allows a retry after a task that throws', async () => {
    const flight = createSingleFlight()
    const broken = () => Promise.reject(new Error('broken'))
    const outcomes = await Promise.allSettled([flight('a', broken), flight('a', broken)])
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect(await flight('a', async () => E.right(1))).to.deep.equal(E.right(1))
  })

  it('allows a retry after a task that throws synchronously', async () => {
    const flight = createSingleFlight()
    const broken = (): Promise<E.Either<never, number>> => {
      throw new Error('broken')
    }
    const [outcome] = await Promise.allSettled([flight('a', broken)])
    expect(outcome).to.have.property('status', 'rejected')
    expect(await flight('a', async () => E.right(1))).to.deep.equal(E.right(1))
  })

  it('[V21] abandons a task that never ends, for all its callers, and starts a new one', async () => {
    const flight = createSingleFlight(5)
    const waiting = await Promise.all([flight('a', () => never), flight('a', () => never)])
    for (const one of waiting) expect(E.isLeft(one) && one.left).to.include({ _tag: 'Unavailable' })
    expect(await flight('a', async () => E.right('new'))).to.deep.equal(E.right('new'))
  })

  it('[V21] aborts the signal of an abandoned task, which cannot end a newer one', async () => {
    const flight = createSingleFlight(20)
    let old: Flight | undefined
    let endOld = (): void => undefined
    await flight('a', (own) => {
      old = own
      return new Promise<E.Either<never, string>>((resolve) => {
        endOld = () => resolve(E.right('old'))
      })
    })
    expect(old?.isGivenUp()).to.equal(true)

    let endNew = (): void => undefined
    const start = () =>
      new Promise<E.Either<never, string>>((resolve) => {
        endNew = () => resolve(E.right('new'))
      })
    const newer = flight('a', start)
    endOld()
    await new Promise(setImmediate)
    const joined = flight('a', async () => E.right('a third'))
    endNew()
    expect(await Promise.all([newer, joined])).to.deep.equal([E.right('new'), E.right('new')])
  })
})
