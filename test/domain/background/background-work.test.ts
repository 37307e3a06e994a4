import { expect } from 'chai'
import fc from 'fast-check'
import { createBackgroundWork, type NextRun } from '../../../src/domain/background/background-work.ts'
import { backoffMilliseconds } from '../../../src/domain/background/backoff.ts'
import { unavailable } from '../../../src/domain/shared/errors.ts'
import { E, TE } from '../../../src/fp.ts'
import { createRecordingLog } from '../../support/recording-log.ts'
import { createTestSleep } from '../../support/test-sleep.ts'

const down = unavailable('database')('it is down')

describe('[V24] background work', () => {
  const make = () => {
    const { log, entries } = createRecordingLog()
    const timer = createTestSleep()
    const backoff = { first: 1000, most: 8000 }
    const work = createBackgroundWork({ log, sleep: timer.sleep, random: () => 1, backoff })
    return { work, timer, entries }
  }

  it('has as many tasks as a process needs, without a warning of Node about listeners', async () => {
    const warnings: Error[] = []
    const warn = (warning: Error) => warnings.push(warning)
    process.on('warning', warn)
    const { work, timer } = make()
    for (let i = 0; i < 20; i += 1)
      work.start({ name: `task ${i}`, run: () => TE.right({ againInMs: 1000 }) })
    await timer.idle(() => work.statuses().every(({ state }) => state === 'waiting'))
    // Node emits warnings in a later turn.
    await new Promise(setImmediate)
    process.off('warning', warn)
    expect(await work.stop(1000)).to.deep.equal([])
    expect(warnings.map(({ message }) => message)).to.deep.equal([])
  })

  it('retries a failed task with growing delays up to a limit, and logs and counts each failure', async () => {
    const { work, timer, entries } = make()
    const results: ReadonlyArray<E.Either<typeof down, NextRun>> = [
      ...Array<E.Either<typeof down, NextRun>>(5).fill(E.left(down)),
      E.right('done'),
    ]
    let runs = 0
    const failures: number[] = []
    work.start({
      name: 'looking',
      run: () => async () => results[runs++] ?? E.right('done'),
      onFailure: (_, failuresInARow) => failures.push(failuresInARow),
    })
    for (const wait of [1000, 2000, 4000, 8000, 8000]) expect(await timer.next()).to.equal(wait)
    await timer.idle(() => work.statuses()[0]?.state === 'done')
    expect(failures).to.deep.equal([1, 2, 3, 4, 5])
    expect(entries.filter(({ event }) => event === 'background.failed')).to.have.length(5)
    expect(work.statuses()).to.deep.equal([
      { task: 'looking', state: 'done', runs: 6, failures: 5, lastFailure: 'database: it is down' },
    ])
  })

  for (const [what, run] of [
    [
      'throws before its task',
      () => {
        throw new Error('a bug')
      },
    ],
    ['rejects', () => () => Promise.reject(new Error('a bug'))],
  ] as const)
    it(`treats an exception as a failure: a task that ${what}`, async () => {
      const { work, timer, entries } = make()
      work.start({ name: 'broken', run })
      expect(await timer.next()).to.equal(1000)
      expect(await timer.next()).to.equal(2000)
      expect(await work.stop(1000)).to.deep.equal([])
      const [exception] = entries.filter(({ event }) => event === 'background.exception')
      expect(String(exception?.fields.stack)).to.match(/^Error: a bug\n {4}at /)
    })

  it('resets its delays after a success', async () => {
    const { work, timer } = make()
    let runs = 0
    const isGood = () => runs++ === 2
    work.start({
      name: 'wavering',
      run: () => async () => (isGood() ? E.right({ againInMs: 77 }) : E.left(down)),
    })
    for (const wait of [1000, 2000, 77, 1000]) expect(await timer.next()).to.equal(wait)
    await work.stop(1000)
  })

  it('counts the failure of an item, and continues', async () => {
    const { work, timer, entries } = make()
    work.start({
      name: 'exports',
      run: ({ failed }) => {
        failed(down, 'cf_1')
        return TE.right({ againInMs: 5 })
      },
    })
    expect(await timer.next()).to.equal(5)
    expect(entries[0]?.fields).to.deep.equal({ task: 'exports', cause: 'database: it is down', item: 'cf_1' })
    await work.stop(1000)
  })

  it('aborts running tasks, waits for them, and does not report their failures', async () => {
    const { work, entries } = make()
    let ended = false
    work.start({
      name: 'encoding',
      run:
        ({ signal }) =>
        async () => {
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          ended = true
          return E.left(down)
        },
    })
    expect(await work.stop(1000)).to.deep.equal([])
    expect({ ended, entries }).to.deep.equal({ ended: true, entries: [] })
    expect(work.statuses()[0]?.state).to.equal('stopped')
  })

  it('stops waiting for tasks at its limit, and names tasks that did not end', async () => {
    const { work, timer, entries } = make()
    work.start({ name: 'deaf', run: () => () => new Promise(() => {}) })
    const stopped = work.stop(3000)
    expect(await timer.next()).to.equal(3000)
    expect(await stopped).to.deep.equal(['deaf'])
    expect(entries.map(({ event }) => event)).to.deep.equal(['background.still_running'])
  })

  it('starts no task after it was stopped', async () => {
    const { work } = make()
    await work.stop(1000)
    work.start({ name: 'late', run: () => TE.right('done' as const) })
    expect(work.statuses()).to.deep.equal([])
  })

  it('waits between half and all of a delay, which doubles up to its limit', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, dice) => {
        const backoff = { first: 1000, most: 60_000 }
        const wait = backoffMilliseconds(backoff, failures + 1, () => dice)
        const longest = Math.min(60_000, 1000 * 2 ** failures)
        expect(wait).to.be.within(Math.floor(longest / 2), longest)
      }),
    )
  })
})
