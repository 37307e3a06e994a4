import { expect } from 'chai'
import type { BusPositions, SavedPosition } from '../../src/ports/bus-positions.ts'
import { right } from '../support/expect-right.ts'

const positionAt = (id: number): SavedPosition => ({
  position: { snapshot: `${id}:${id}:`, newest: { id, xid: `${id}`, createdAt: '2026-01-01 00:00:00+00' } },
  reachedAt: 1_800_000_000_000 + id,
})

/** What all BusPositions promise. `make` returns a function that opens the same disk again. */
export const busPositionsContract = (make: () => Promise<() => Promise<BusPositions>>): void => {
  it('have none at first, and then the one that was saved last, by any of the processes', async () => {
    const open = await make()
    const [one, other] = [await open(), await open()]
    expect(one.initial).to.equal(null)
    await right(one.save(positionAt(1)))
    await right(other.save(positionAt(2)))
    expect((await open()).initial).to.deep.equal(positionAt(2))
    await right(one.save(positionAt(3)))
    expect((await open()).initial).to.deep.equal(positionAt(3))
  })

  it('keep the one that was stored when they were opened, whatever is saved later', async () => {
    const open = await make()
    await right((await open()).save(positionAt(1)))
    const opened = await open()
    await right((await open()).save(positionAt(2)))
    expect(opened.initial).to.deep.equal(positionAt(1))
  })
}
