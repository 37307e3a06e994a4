import { expect } from 'chai'

describe('the suite', () => {
  it('does nothing in the background: no file that was read, and no test before, turns the event loop', () => {
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate')).to.deep.equal([])
  })
})
