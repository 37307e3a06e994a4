import { expect } from 'chai'
import { erasedFile } from '../../src/cli/describe-erasure.ts'

describe('an erased file', () => {
  it('is described with what is left of it', () => {
    const messageOf = (objects_left: number, objects_kept: number): string =>
      erasedFile('if_1', { erased: objects_left + objects_kept === 0, objects_left, objects_kept }).message
    expect(messageOf(0, 0)).to.equal('if_1 is erased: nothing is left of it')
    expect(messageOf(1, 0)).to.equal(
      'if_1 is erased, but 1 object of it is still to be deleted from the store',
    )
    expect(messageOf(2, 1)).to.equal(
      'if_1 is erased, but 2 objects of it are still to be deleted from the store, and 1 object stays in the store, because Larder has not given it its name',
    )
    expect(messageOf(0, 3)).to.equal(
      'if_1 is erased, but 3 objects stay in the store, because Larder has not given them their names',
    )
  })
})
