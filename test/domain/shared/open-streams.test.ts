import { expect } from 'chai'
import { createOpenStreams } from '../../../src/domain/shared/open-streams.ts'

describe('open streams', () => {
  it('end when their file is taken down, and those of other files do not', () => {
    const streams = createOpenStreams()
    const ended: string[] = []
    const open = (file: string, name: string) => streams.open(file, streams.moment(), () => ended.push(name))
    open('a', 'first')
    open('a', 'second')
    open('b', 'other')
    const close = open('a', 'closed')
    close()
    close()
    streams.endAllOf('a')
    expect(ended).to.deep.equal(['first', 'second'])
    streams.endAllOf('a')
    expect(ended).to.have.length(2)
  })

  it('end at once if they are opened by a reader that found the file before', () => {
    const streams = createOpenStreams()
    const before = streams.moment()
    streams.endAllOf('a')
    let ends = 0
    streams.open('a', before, () => {
      ends += 1
    })
    expect([ends, streams.isEnded('a', before), streams.isEnded('b', before)]).to.deep.equal([1, true, false])
    // The file was restored, and found again.
    streams.open('a', streams.moment(), () => {
      ends += 1
    })
    expect(ends).to.equal(1)
  })

  it('may be closed after a restore, while others of the file are open', () => {
    const streams = createOpenStreams()
    const close = streams.open('a', streams.moment(), () => undefined)
    streams.endAllOf('a')
    let ends = 0
    streams.open('a', streams.moment(), () => {
      ends += 1
    })
    close()
    streams.endAllOf('a')
    expect(ends).to.equal(1)
  })

  it('end, too, if more takedowns than are remembered came after the moment', () => {
    const streams = createOpenStreams()
    const before = streams.moment()
    for (let n = 0; n < 2000; n += 1) streams.endAllOf(`file ${n}`)
    let ends = 0
    streams.open('file 0', before, () => {
      ends += 1
    })
    expect(ends).to.equal(1)
    streams.open('file 0', streams.moment(), () => {
      ends += 1
    })
    expect(ends).to.equal(1)
  })
})
