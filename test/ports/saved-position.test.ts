import { expect } from 'chai'
import { E } from '../../src/fp.ts'
import { SavedPosition } from '../../src/ports/bus-positions.ts'
import { BusPosition } from '../../src/ports/invalidation-bus.ts'

describe('a position in the log that comes from a disk', () => {
  const newest = { id: 7, xid: '12', createdAt: '2026-01-01T00:00:00.000000Z' }
  const isPosition = (position: unknown) => E.isRight(BusPosition.decode(position))

  it('has a snapshot that PostgreSQL can read: otherwise each read of the log would fail', () => {
    for (const snapshot of ['1:1:', '10:20:10,12,19', '1:9999999999999999999:', '5:5:'])
      expect(isPosition({ snapshot, newest }), snapshot).to.equal(true)
    for (const snapshot of [
      '',
      'damaged',
      '10:20',
      '0:1:',
      '20:10:',
      '10:20:9',
      '10:20:20',
      '10:20:12,11',
      '10:20:12,',
      '10:20:12 ',
      '-1:2:',
      '1:99999999999999999999:',
      '10:20:\0',
    ])
      expect(isPosition({ snapshot, newest }), JSON.stringify(snapshot)).to.equal(false)
  })

  it('has a row that the database can look for, and a time', () => {
    const snapshot = '1:1:'
    for (const wrong of [
      { id: 1.5 },
      { id: -1 },
      { id: 2 ** 53 },
      { xid: 'x' },
      { xid: '\0' },
      { createdAt: '\0' },
    ])
      expect(isPosition({ snapshot, newest: { ...newest, ...wrong } }), JSON.stringify(wrong)).to.equal(false)
    const position = { snapshot, newest }
    for (const reachedAt of [Number.POSITIVE_INFINITY, Number.NaN, -1, '1'])
      expect(E.isLeft(SavedPosition.decode({ position, reachedAt })), String(reachedAt)).to.equal(true)
  })
})
