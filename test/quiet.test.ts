import { expect } from 'chai'

describe('the suite', () => {
  it('does nothing in the background: no loaded file, and no earlier test, keeps the event loop busy', () => {
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate')).to.deep.equal([])
  })
})
