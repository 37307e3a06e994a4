import { expect } from 'chai'
import { eventItem } from '../../../src/domain/events/feed-item.ts'
import { createFeedQueue, maxWaitingBytes } from '../../../src/domain/events/feed-queue.ts'
import { startOfEvents } from '../../../src/ports/event-log.ts'

describe('the queue of a client that follows events', () => {
  const all = { media: null, job: null }
  const item = (id: number, length = 1) =>
    eventItem({
      place: { xid: '5', id, check: 0 },
      type: 'media.changed',
      media: 'if_1',
      data: { text: 'x'.repeat(length) },
      createdAt: 0,
    })
  const begun = () => {
    const queue = createFeedQueue(all, () => undefined)
    queue.begin(startOfEvents)
    return queue
  }
  const ids = (queue: ReturnType<typeof begun>) => queue.take().map(({ place }) => place?.id)

  it('has what comes after the place where it begins, once', () => {
    const queue = createFeedQueue(all, () => undefined)
    queue.push(item(1))
    expect([queue.hasBegun(), queue.isEmpty()]).to.deep.equal([false, true])
    queue.begin({ xid: '5', id: 2, check: 0 })
    for (const id of [1, 2, 3, 3, 4]) queue.push(item(id))
    expect(ids(queue)).to.deep.equal([3, 4])
    expect(ids(queue)).to.deep.equal([])
  })

  it('holds 256 KB, with what the client has not read yet, and then nothing any more', () => {
    const queue = begun()
    queue.push(item(1, maxWaitingBytes / 2))
    expect(ids(queue)).to.deep.equal([1])
    queue.push(item(2, maxWaitingBytes / 4))
    expect(queue.isOverfull()).to.equal(false)
    queue.push(item(3, maxWaitingBytes / 4))
    expect([queue.isOverfull(), queue.isEmpty()]).to.deep.equal([true, true])
    queue.push(item(4))
    expect(ids(queue)).to.deep.equal([])
  })

  it('holds one longer event, so that a client gets past it', () => {
    const queue = begun()
    queue.push(item(1, 2 * maxWaitingBytes))
    expect([queue.isOverfull(), ids(queue)]).to.deep.equal([false, [1]])
  })
})
