import { expect } from 'chai'
import { CommandError } from '../../src/cli/command.ts'
import { checkFileUid, restrictionsOf } from '../../src/cli/token-command.ts'
import { Restrictions } from '../../src/domain/access/restrictions.ts'
import { E } from '../../src/fp.ts'

describe('the restrictions of larder token', () => {
  it('are a height and a clip, or none', () => {
    expect(restrictionsOf({})).to.deep.equal({})
    expect(restrictionsOf({ maxh: '480', clip: '0,25.5' })).to.deep.equal({ maxh: 480, clip: [0, 25.5] })
  })

  it('are accepted by the decoder of tokens', () => {
    for (const options of [{}, { maxh: '1' }, { clip: '0.001,7' }])
      expect(E.isRight(Restrictions.decode(restrictionsOf(options)))).to.equal(true)
  })

  it('are for files: an export is refused with the reason', () => {
    for (const [uid, what] of [
      ['cfe_a', 'an export'],
      ['x_ife_0123456789abcdefghijkl', 'an export'],
      ['cfep_a', 'a part'],
    ])
      expect(() => checkFileUid(uid ?? '')).to.throw(
        CommandError,
        `${uid} is the uid of ${what}: a token is for a file`,
      )
    for (const uid of ['if_a', 'cf_a', 'old']) checkFileUid(uid)
  })

  it('say which numbers are accepted', () => {
    expect(() => restrictionsOf({ maxh: '0' })).to.throw(
      '--maxh 0 is not a height in pixels from 1 to 999999999',
    )
  })

  it('are refused, with an example, if they are invalid', () => {
    for (const options of [
      { maxh: '0' },
      { maxh: '480p' },
      { maxh: '-1' },
      { clip: '10' },
      { clip: '10,10' },
      { clip: '20,10' },
      { clip: '-1,5' },
      { clip: 'a,b' },
      { clip: '1,2,3' },
    ])
      expect(() => restrictionsOf(options), JSON.stringify(options)).to.throw(CommandError, /for example --/)
  })
})
