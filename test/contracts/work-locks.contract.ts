import { expect } from 'chai'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E, O, TE } from '../../src/fp.ts'
import type { WorkLocks } from '../../src/ports/work-locks.ts'
import { left, right } from '../support/expect-right.ts'

/** What all WorkLocks promise. `make` returns the locks of two processes that use one database. */
export const workLocksContract = (make: () => Promise<readonly [WorkLocks, WorkLocks]>): void => {
  let one: WorkLocks
  let other: WorkLocks
  beforeEach(async () => {
    ;[one, other] = await make()
  })

  /** Holds the lock until the returned function is called. */
  const hold = async (locks: WorkLocks, name: string) => {
    let release = (): void => {}
    let ended: Promise<unknown> = Promise.resolve()
    await new Promise<void>((isHeld) => {
      const work = () => () =>
        new Promise<TE.TaskEither<never, string> extends () => Promise<infer R> ? R : never>((resolve) => {
          release = () => resolve({ _tag: 'Right', right: 'done' })
          isHeld()
        })
      ended = right(locks.tryWith(name, work))
    })
    return async () => {
      release()
      return ended
    }
  }
  /** Holds the lock until it is asked for. */
  const holdUntilAsked = async (locks: WorkLocks, name: string) => {
    let asked: AbortSignal | undefined
    let release: Promise<unknown> = Promise.resolve()
    await new Promise<void>((isHeld) => {
      release = right(
        locks.tryWith(name, (_, signal) => () => {
          asked = signal
          isHeld()
          return new Promise<E.Either<never, string>>((resolve) => {
            signal.addEventListener('abort', () => resolve(E.right('done')))
          })
        }),
      )
    })
    return { isHeld: true, release, wasAsked: () => asked?.aborted }
  }
  const isFree = async (locks: WorkLocks, name: string): Promise<boolean> =>
    O.isSome(await right(locks.tryWith(name, () => TE.right(undefined))))

  it('runs the task of the holder, and returns its result', async () => {
    expect(await right(one.tryWith('a', () => TE.right(7)))).to.deep.equal(O.some(7))
  })

  it('returns none to all other callers while a lock is held, and grants the lock afterwards', async () => {
    const release = await hold(one, 'a')
    expect(await isFree(other, 'a')).to.equal(false)
    expect(await isFree(one, 'a'), 'in the same process').to.equal(false)
    expect(await release()).to.deep.equal(O.some('done'))
    expect(await isFree(other, 'a')).to.equal(true)
    expect(await isFree(one, 'a')).to.equal(true)
  })

  it('tells the holder that another process, or its own, asks for the lock', async () => {
    for (const asking of [other, one]) {
      const { isHeld, release, wasAsked } = await holdUntilAsked(one, 'b')
      expect(isHeld).to.equal(true)
      await right(asking.ask('a'))
      expect(wasAsked()).to.equal(false)
      await right(asking.ask('b'))
      await release
      expect(await isFree(other, 'b')).to.equal(true)
    }
    await right(other.ask('free'))
  })

  it('keeps locks of different names independent', async () => {
    const releases = [await hold(one, 'a'), await hold(one, 'b'), await hold(other, 'c')]
    expect(await isFree(other, 'd')).to.equal(true)
    expect(await isFree(other, 'b')).to.equal(false)
    for (const release of releases) await release()
    expect(await isFree(other, 'b')).to.equal(true)
  })

  it('releases the lock when the task fails, and when it throws', async () => {
    const failed = unavailable('object store')('it is down')
    expect(await left(one.tryWith('a', () => TE.left(failed)))).to.equal(failed)
    expect(await isFree(other, 'a')).to.equal(true)
    const thrown = await one
      .tryWith('a', () => () => Promise.reject(new Error('a bug')))()
      .catch((error: Error) => error.message)
    expect(thrown).to.equal('a bug')
    expect(await isFree(other, 'a')).to.equal(true)
  })

  it('grants the lock to one of several concurrent callers', async () => {
    for (let round = 0; round < 10; round += 1) {
      let atOnce = 0
      let mostAtOnce = 0
      const work = () => async () => {
        atOnce += 1
        mostAtOnce = Math.max(mostAtOnce, atOnce)
        await new Promise(setImmediate)
        atOnce -= 1
        return { _tag: 'Right', right: 1 } as const
      }
      await Promise.all([one, other, one, other].map((locks) => right(locks.tryWith('a', work))))
      expect(mostAtOnce).to.equal(1)
    }
  })

  it('returns how long the oldest holder has held its lock', async () => {
    expect(await right(other.oldestHolderAge)).to.equal(0)
    const release = await hold(one, 'a')
    const age = await right(other.oldestHolderAge)
    expect(age).to.be.at.least(0)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await right(other.oldestHolderAge)).to.be.above(age)
    await release()
    expect(await right(other.oldestHolderAge)).to.equal(0)
  })

  it('returns the age of the locks that are held, and not of those before them', async () => {
    let release = await hold(one, 'a')
    for (const name of ['b', 'c', 'd']) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      const next = await hold(one, name)
      const age = await right(other.oldestHolderAge)
      await release()
      release = next
      expect(await right(other.oldestHolderAge)).to.be.below(age)
    }
    await release()
  })
}
