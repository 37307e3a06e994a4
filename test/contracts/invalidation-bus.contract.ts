import { expect } from 'chai'
import { unavailable } from '../../src/domain/shared/errors.ts'
import { E, TE } from '../../src/fp.ts'
import type { StaleValues } from '../../src/ports/cache.ts'
import type { BusPosition, BusSession, InvalidationBus } from '../../src/ports/invalidation-bus.ts'
import { left, right } from '../support/expect-right.ts'

/** A transaction that changes cached values. Its changes are visible when `commit` resolves. */
export type ChangingTransaction = {
  readonly write: (stale: Exclude<StaleValues, 'all'>) => Promise<void>
  readonly commit: () => Promise<void>
}

type BusFixture = {
  readonly bus: InvalidationBus
  readonly begin: () => Promise<ChangingTransaction>
  /** The bus of another database, whose log had other rows. */
  readonly other: InvalidationBus
}

const names = (...of: ReadonlyArray<string>) => ({ names: of, families: [] })

/** What every InvalidationBus promises. */
export const invalidationBusContract = (make: () => Promise<BusFixture>): void => {
  let fixture: BusFixture
  let session: BusSession
  let onChange: () => void

  beforeEach(async () => {
    fixture = await make()
    onChange = () => undefined
    session = await right(fixture.bus.open(() => onChange()))
  })
  afterEach(() => session.close())

  /** Reads everything since a position. */
  const read = async (from: BusPosition | null, by = session) => {
    const pieces: StaleValues[] = []
    const position = await right(
      by.catchUp(from, (stale) =>
        TE.fromIO(() => {
          pieces.push(stale)
        }),
      ),
    )
    if (pieces.includes('all')) return { position, stale: 'all' as const }
    const lists = pieces.flatMap((piece) => (piece === 'all' ? [] : [piece]))
    return {
      position,
      stale: {
        names: [...new Set(lists.flatMap((list) => list.names))].sort(),
        families: lists.flatMap((list) => list.families),
      },
    }
  }

  const change = async (...of: ReadonlyArray<string>) => {
    const transaction = await fixture.begin()
    await transaction.write(names(...of))
    await transaction.commit()
  }

  it('passes everything without a position, and then only what is new, each once', async () => {
    await change('a')
    const first = await read(null)
    expect(first.stale).to.equal('all')
    const second = await read(first.position)
    expect(second.stale).to.deep.equal(names())
    await change('b', 'c')
    const third = await read(second.position)
    expect(third.stale).to.deep.equal(names('b', 'c'))
    expect((await read(third.position)).stale).to.deep.equal(names())
    expect((await read(second.position)).stale).to.deep.equal(names('b', 'c'))
  })

  it('passes what a transaction wrote that began first and was committed last', async () => {
    const { position } = await read(null)
    const [early, late] = [await fixture.begin(), await fixture.begin()]
    await early.write(names('early'))
    await late.write(names('late'))
    await late.commit()
    const middle = await read(position)
    expect(middle.stale).to.deep.equal(names('late'))
    await early.commit()
    const last = await read(middle.position)
    expect(last.stale).to.deep.equal(names('early'))
    expect((await read(last.position)).stale).to.deep.equal(names())
  })

  it('announces a change that was committed', async () => {
    const heard = new Promise<void>((resolve) => {
      onChange = resolve
    })
    await change('a')
    await heard
  })

  it('passes families, and long lists in pieces', async () => {
    const { position } = await read(null)
    const transaction = await fixture.begin()
    const many = Array.from({ length: 250 }, (_, i) => `key ${String(i).padStart(3, '0')}`)
    for (const name of many) await transaction.write(names(name))
    await transaction.write({ names: [], families: ['family:{uid}'] })
    await transaction.commit()
    expect((await read(position)).stale).to.deep.equal({ names: many, families: ['family:{uid}'] })
  })

  it('fails if something could not be applied, and passes it again', async () => {
    const { position } = await read(null)
    await change('a')
    const cause = unavailable('disk cache')('full')
    expect(await left(session.catchUp(position, () => TE.left(cause)))).to.equal(cause)
    const again = await right(fixture.bus.open(() => undefined))
    expect((await read(position, again)).stale).to.deep.equal(names('a'))
    await again.close()
  })

  it('passes everything if rows were pruned that may be missing, and nothing if none are', async () => {
    const { position } = await read(null)
    await change('a')
    const upToDate = await read(position)
    await change('b')
    // Rows newer than a running transaction of any program stay until it has ended.
    for (let removed = 0; removed < 2; ) removed += await right(fixture.bus.prune(-60_000))
    expect((await read(position)).stale).to.equal('all')
    const after = await read(upToDate.position)
    // The row by which this follower knows the log was pruned, so it cannot know whether the log is the same.
    expect(after.stale).to.equal('all')
    expect((await read(after.position)).stale).to.deep.equal(names())
    expect(await right(fixture.bus.prune(-60_000)), 'the newest row stays').to.equal(0)
    await change('c')
    expect((await read(after.position)).stale).to.deep.equal(names('c'))
  })

  it('prunes no row that is newer than a running transaction, so that followers have no gap', async () => {
    const running = await fixture.begin()
    await running.write(names('late'))
    await change('a')
    await change('b')
    const { position } = await read(null)
    await right(fixture.bus.prune(-60_000))
    const second = await read(position)
    expect(second.stale).to.deep.equal(names())
    await running.commit()
    expect((await read(second.position)).stale).to.deep.equal(names('late'))
  })

  it('passes everything if the log is that of another database', async () => {
    const { position } = await read(null)
    const elsewhere = await right(fixture.other.open(() => undefined))
    const first = await read(position, elsewhere)
    expect(first.stale).to.equal('all')
    expect((await read(first.position, elsewhere)).stale).to.deep.equal(names())
    await elsewhere.close()
  })

  it('ends a session that is closed', async () => {
    await session.close()
    expect(E.isLeft(await session.catchUp(null, () => TE.right(undefined))())).to.equal(true)
  })
}
