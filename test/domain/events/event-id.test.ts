import { expect } from 'chai'
import { formatEventId, isLaterPlace, parseEventId } from '../../../src/domain/events/event-id.ts'
import { startOfEvents } from '../../../src/ports/event-log.ts'

describe('the id of an event', () => {
  it('is a text that names its place, and no other text does', () => {
    for (const place of [
      { xid: '0', id: 1, check: 0 },
      { xid: '734', id: 12, check: 7 },
      { xid: '9223372036854775807', id: 999_999_999_999_999, check: 9999 },
    ]) {
      const id = formatEventId(place)
      expect(id).to.match(/^\d+-\d{5,}$/)
      expect(parseEventId(String(id))).to.deep.equal(place)
    }
    expect(formatEventId({ xid: '734', id: 12, check: 7 })).to.equal('734-120007')
    expect(formatEventId(startOfEvents)).to.equal(null)
    for (const text of [
      '',
      '1',
      '1-2',
      '1-0000',
      '1-01234',
      '-1-12345',
      '1-12345 ',
      '9223372036854775808-12345',
    ])
      expect(parseEventId(text), text).to.equal(null)
  })

  it('has the order of transactions, and in a transaction that of rows', () => {
    const at = (xid: string, id: number) => ({ xid, id, check: 0 })
    expect(isLaterPlace(at('10', 1), at('9', 2))).to.equal(true)
    expect(isLaterPlace(at('9', 2), at('10', 1))).to.equal(false)
    expect(isLaterPlace(at('9', 2), at('9', 1))).to.equal(true)
    expect(isLaterPlace(at('9', 2), at('9', 2))).to.equal(false)
  })
})
