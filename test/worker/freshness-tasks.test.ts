import { expect } from 'chai'
import { createMemoryInstances } from '../../src/adapters/memory/memory-instances.ts'
import {
  createMemoryInvalidationBus,
  createMemoryInvalidationLog,
} from '../../src/adapters/memory/memory-invalidation-bus.ts'
import {
  createMemoryLocalInstances,
  type MemoryNotes,
} from '../../src/adapters/memory/memory-local-instances.ts'
import type { InstanceUid } from '../../src/domain/media/ids.ts'
import { unavailable } from '../../src/domain/shared/errors.ts'

import { TE } from '../../src/fp.ts'

import { staleKeys } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import {
  createFollowTask,
  createPruneTask,
  createRemoveEndedTask,
  createReportTask,
} from '../../src/worker/freshness-tasks.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, createStandingClock } from '../support/memory-larder.ts'
import { createTestSleep } from '../support/test-sleep.ts'

describe('the tasks of a serving process for freshness', () => {
  const { signal } = new AbortController()
  const context = { signal, failed: () => undefined }

  const make = async () => {
    const { clock, advance } = createStandingClock()
    const { sleep, idle } = createTestSleep()
    const log = createMemoryInvalidationLog(clock)
    const larder = await createMemoryLarder({
      clock,
      sleep,
      bus: createMemoryInvalidationBus(log, clock),
      instances: createMemoryInstances(log, clock),
    })
    return { larder, log, advance, idle }
  }

  it('follow the changes of others, and report what was applied', async () => {
    const { larder, idle } = await make()
    const { follower, background, freshness, instances } = larder
    const uid = 'ins_1' as InstanceUid
    const report = createReportTask(larder, uid, '1.0.0')
    expect(await right(report.run(context))).to.deep.equal({ againInMs: 1000 })
    expect(await right(instances.list), 'before anything was applied').to.deep.equal([])

    background.start(createFollowTask(larder))
    await idle(() => follower.state() === 'following')
    await right(report.run(context))
    const newest = follower.position()?.newest.id
    const purge = await right(freshness.purge({ key: cacheKeys.isAdmin({ sub: 'anna' }).name }))
    expect(purge.receipts?.map(({ instance, state }) => [instance, state])).to.deep.equal([[uid, 'waiting']])
    await idle(() => follower.position()?.newest.id !== newest)
    await right(report.run(context))
    const { receipts } = await right(freshness.findPurge(purge.uid))
    expect(receipts?.map(({ state }) => state)).to.deep.equal(['done'])
    await background.stop(1000)
  })

  it('report again a second after a failure, so that receipts are right soon after an outage', async () => {
    const { larder, idle } = await make()
    const { follower, following, instances } = larder
    following.start(createFollowTask(larder))
    await idle(() => follower.state() === 'following')
    const down = { ...instances, report: () => TE.left(unavailable('database')('away')) }
    const report = createReportTask({ ...larder, instances: down }, 'ins_1' as InstanceUid, '1.0.0')
    const items: string[] = []
    const run = report.run({ signal, failed: (_, item) => items.push(item) })
    expect(await right(run)).to.deep.equal({ againInMs: 1000 })
    expect(items).to.deep.equal(['report'])
    await following.stop(1000)
  })

  it('report an instance that is cut off, as one that has applied nothing', async () => {
    const { clock, advance } = createStandingClock()
    const { sleep, idle } = createTestSleep()
    const log = createMemoryInvalidationLog(clock)
    const bus = createMemoryInvalidationBus(log, clock)
    const instances = createMemoryInstances(log, clock)
    const larder = await createMemoryLarder({ clock, sleep, bus, instances })
    const uid = 'ins_1' as InstanceUid
    const report = createReportTask(larder, uid, '1.0.0')
    larder.following.start(createFollowTask(larder))
    await idle(() => larder.follower.state() === 'following')
    await right(report.run(context))
    const { uid: purge } = await right(larder.freshness.requestReceipts)
    await idle(() => larder.follower.position() !== null)
    bus.breakSessions()
    await idle(() => larder.follower.state() === 'cut')
    advance(20)
    await right(report.run(context))
    const { receipts } = await right(larder.freshness.findPurge(purge))
    expect(receipts?.map(({ state, heardAt }) => [state, heardAt])).to.deep.equal([['waiting', clock()]])
    await larder.following.stop(1000)
  })

  it('remove the instances of killed processes of the same data folder, and no others', async () => {
    const { larder } = await make()
    const notes: MemoryNotes = new Map()
    const killed = 'ins_killed' as InstanceUid
    const alive = 'ins_alive' as InstanceUid
    const elsewhere = 'ins_elsewhere' as InstanceUid
    for (const uid of [killed, alive, elsewhere])
      await right(
        larder.instances.report({ uid, version: '1', position: null, cacheBytes: 0, hitRatio: null }),
      )
    const localInstances = createMemoryLocalInstances(notes)
    await right(createMemoryLocalInstances(notes, () => false).add(killed))
    await right(localInstances.add(alive))

    const down = { ...larder.instances, remove: () => TE.left(unavailable('database')('away')) }
    expect(await createRemoveEndedTask({ instances: down, localInstances }).run(context)()).to.have.property(
      '_tag',
      'Left',
    )
    const task = createRemoveEndedTask({ instances: larder.instances, localInstances })
    expect(await right(task.run(context))).to.equal('done')
    expect((await right(larder.instances.list)).map(({ uid }) => uid)).to.deep.equal([alive, elsewhere])
    expect([...notes.keys()]).to.deep.equal([alive])
  })

  it('forget instances that ended long ago, also while the log cannot be pruned', async () => {
    const { larder, advance } = await make()
    const uid = 'ins_1' as InstanceUid
    await right(larder.instances.report({ uid, version: '1', position: null, cacheBytes: 0, hitRatio: null }))
    advance(100)
    const bus = { ...larder.bus, prune: () => TE.left(unavailable('database')('too many rows')) }
    const limits = { invalidationLogSeconds: 60, busMaxCutSeconds: 60 }
    const pruned = await createPruneTask({ ...larder, bus }, limits).run(context)()
    expect(pruned._tag, 'the failure is reported').to.equal('Left')
    expect(await right(larder.instances.list)).to.deep.equal([])
  })

  it('remove old rows of the log, but not the newest, and instances that ended long ago', async () => {
    const { larder, log, advance } = await make()
    const change = () => {
      const transaction = log.begin()
      transaction.write(staleKeys([cacheKeys.isAdmin({ sub: 'anna' })]))
      transaction.commit()
    }
    const session = await right(larder.bus.open(() => undefined))
    const position = await right(session.catchUp(null, larder.cache.invalidate))
    await session.close()
    const uid = 'ins_1' as InstanceUid
    await right(larder.instances.report({ uid, version: '1', position, cacheBytes: 0, hitRatio: null }))
    change()
    advance(100)
    change()
    const prune = createPruneTask(larder, { invalidationLogSeconds: 60, busMaxCutSeconds: 60 })
    expect(await right(prune.run(context))).to.deep.equal({ againInMs: 3_600_000 })
    expect(log.rows()).to.have.length(1)
    advance(100)
    await right(prune.run(context))
    expect(log.rows(), 'the newest stays').to.have.length(1)
    expect(await right(larder.instances.list)).to.deep.equal([])
  })
})
