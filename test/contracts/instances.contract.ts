import { expect } from 'chai'
import type { InstanceUid, PurgeUid } from '../../src/domain/media/ids.ts'
import { O, TE } from '../../src/fp.ts'
import type { StaleValues } from '../../src/ports/cache.ts'
import type { Instances } from '../../src/ports/instances.ts'
import type { BusPosition, BusSession, InvalidationBus } from '../../src/ports/invalidation-bus.ts'
import { right } from '../support/expect-right.ts'

type Fixture = {
  readonly instances: Instances
  readonly bus: InvalidationBus
  /** Lets time pass since all reports and purges (milliseconds). */
  readonly wait: (ms: number) => Promise<void>
}

/** What all Instances promise, together with the bus of the same database. */
export const instancesContract = (make: () => Promise<Fixture>): void => {
  const one = 'ins_1' as InstanceUid
  const two = 'ins_2' as InstanceUid
  const purge = 'pu_1' as PurgeUid
  let fixture: Fixture
  let session: BusSession

  beforeEach(async () => {
    fixture = await make()
    session = await right(fixture.bus.open(() => undefined))
  })
  afterEach(() => session.close())

  const readLog = async (from: BusPosition | null = null) => {
    const pieces: StaleValues[] = []
    const position = await right(
      session.catchUp(from, (stale) =>
        TE.fromIO(() => {
          pieces.push(stale)
        }),
      ),
    )
    return { position, pieces }
  }
  const report = (uid: InstanceUid, position: BusPosition | null, hitRatio: number | null = null) =>
    right(fixture.instances.report({ uid, version: '1.2.3', position, cacheBytes: 4096, hitRatio }))

  const states = async () => {
    const receipts = await right(fixture.instances.findPurge(purge))
    return O.isSome(receipts)
      ? Object.fromEntries(receipts.value.map(({ instance, state }) => [instance, state]))
      : null
  }

  it('list the last report of each instance, the oldest instance first, until it is removed', async () => {
    const { position } = await readLog()
    await report(one, position)
    await report(two, position)
    await report(one, position, 0.75)
    const listed = await right(fixture.instances.list)
    expect(
      listed.map(({ uid, version, applied, cacheBytes, hitRatio }) => ({
        uid,
        version,
        applied,
        cacheBytes,
        hitRatio,
      })),
    ).to.deep.equal([
      { uid: one, version: '1.2.3', applied: position.newest.id, cacheBytes: 4096, hitRatio: 0.75 },
      { uid: two, version: '1.2.3', applied: position.newest.id, cacheBytes: 4096, hitRatio: null },
    ])
    for (const { startedAt, heardAt } of listed) expect(heardAt).to.be.at.least(startedAt)
    await right(fixture.instances.remove(one))
    await right(fixture.instances.remove(one))
    expect((await right(fixture.instances.list)).map(({ uid }) => uid)).to.deep.equal([two])
  })

  it('write a purge to the log, and say which instances have applied it', async () => {
    const before = await readLog()
    await report(one, before.position)
    await report(two, before.position)
    expect(await states()).to.equal(null)
    await right(fixture.instances.addPurge(purge, { names: ['a', 'b'], families: ['c:{uid}'] }))
    expect(await states()).to.deep.equal({ [one]: 'waiting', [two]: 'waiting' })
    const after = await readLog(before.position)
    const lists = after.pieces.flatMap((piece) => (piece === 'all' ? [] : [piece]))
    expect(lists.flatMap(({ names }) => names).sort()).to.deep.equal(['a', 'b'])
    expect(lists.flatMap(({ families }) => families)).to.deep.equal(['c:{uid}'])
    await report(one, after.position)
    expect(await states()).to.deep.equal({ [one]: 'done', [two]: 'waiting' })
  })

  it('announce a purge of nothing, too, which asks for receipts of all earlier changes', async () => {
    const before = await readLog()
    await report(one, before.position)
    let onChange = (): void => undefined
    const heard = new Promise<void>((resolve) => {
      onChange = resolve
    })
    const listener = await right(fixture.bus.open(() => onChange()))
    await right(fixture.instances.addPurge(purge, { names: [], families: [] }))
    await heard
    await listener.close()
    expect(await states()).to.deep.equal({ [one]: 'waiting' })
    const { position } = await readLog(before.position)
    // Instances report at once what is newer than their last report. Without a row, they would report seconds later.
    expect(position.newest.id).to.be.greaterThan(before.position.newest.id)
    await report(one, position)
    expect(await states()).to.deep.equal({ [one]: 'done' })
  })

  it('call no instance done that does not follow, whatever it had applied before', async () => {
    await right(fixture.instances.addPurge(purge, { names: ['a'], families: [] }))
    await report(one, (await readLog()).position)
    expect(await states()).to.deep.equal({ [one]: 'done' })
    await report(one, null)
    expect(await states()).to.deep.equal({ [one]: 'waiting' })
    expect((await right(fixture.instances.list)).map(({ applied }) => applied)).to.deep.equal([0])
  })

  it('call no instance done whose position is of another history: of a database before its restore, or of another one', async () => {
    const { position } = await readLog()
    const [, xmax] = position.snapshot.split(':')
    const later = Number(xmax) + 1_000_000
    const { newest } = position
    await right(fixture.instances.addPurge(purge, { names: ['a'], families: [] }))
    const foreign = {
      'more transactions than there are': { ...position, snapshot: `${later}:${later}:` },
      'another row': {
        snapshot: (await readLog()).position.snapshot,
        newest: { ...newest, xid: `${later}` },
      },
      'a row that is not there': {
        ...(await readLog()).position,
        newest: { ...newest, id: newest.id + 1000 },
      },
      'a purge that it cannot know': { snapshot: (await readLog()).position.snapshot, newest },
    }
    for (const [what, other] of Object.entries(foreign)) {
      await report(one, other)
      expect(await states(), what).to.deep.equal({ [one]: 'waiting' })
    }
  })

  it('call an instance silent that has not reported for 30 s, and never done', async () => {
    await right(fixture.instances.addPurge(purge, { names: ['a'], families: [] }))
    const { position } = await readLog()
    await report(one, position)
    await fixture.wait(29_000)
    expect(await states()).to.deep.equal({ [one]: 'done' })
    await report(two, position)
    await fixture.wait(2000)
    expect(await states()).to.deep.equal({ [one]: 'silent', [two]: 'done' })
  })

  it('forget instances that were silent for long, and purges as old', async () => {
    const { position } = await readLog()
    await report(one, position)
    await right(fixture.instances.addPurge(purge, { names: ['a'], families: [] }))
    await fixture.wait(58_000)
    await right(fixture.instances.forget(59_000))
    expect(await states()).to.deep.equal({ [one]: 'silent' })
    await fixture.wait(2000)
    await report(two, position)
    await right(fixture.instances.forget(59_000))
    expect((await right(fixture.instances.list)).map(({ uid }) => uid)).to.deep.equal([two])
    expect(await states()).to.equal(null)
  })
}
