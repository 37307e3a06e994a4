import { expect } from 'chai'
import { createReplyBuffers } from '../../../src/http/response/reply-buffers.ts'

describe('buffers for replies', () => {
  const make = () => createReplyBuffers({ largeBytes: 100, largeCount: 2, smallBytes: 10 })

  it('have one user at a time, and are large while large ones are available', () => {
    const buffers = make()
    const taken = Array.from({ length: 5 }, buffers.take)
    expect(new Set(taken).size).to.equal(5)
    expect(taken.map(({ length }) => length)).to.deep.equal([100, 100, 10, 10, 10])
  })

  it('are reused, last in, first out', () => {
    const buffers = make()
    const [one, other] = [buffers.take(), buffers.take()]
    buffers.giveBack(one)
    buffers.giveBack(other)
    expect([buffers.take(), buffers.take()]).to.deep.equal([other, one])
  })

  it('are not pooled if small', () => {
    const buffers = make()
    const [, , small] = [buffers.take(), buffers.take(), buffers.take()]
    buffers.giveBack(small)
    expect(buffers.take()).not.to.equal(small)
  })

  it('that are dropped are never reused, and make room for a new one', () => {
    const buffers = make()
    const [dropped] = [buffers.take(), buffers.take()]
    buffers.drop(dropped)
    const next = buffers.take()
    expect(next).to.have.length(100)
    expect(next).not.to.equal(dropped)
    expect(buffers.take()).to.have.length(10)
  })
})
