import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect } from 'chai'
import { joinHeaders } from '../../../src/http/response/join-headers.ts'

/** Uses a V8 intrinsic, because hidden classes cannot be observed otherwise. */
const haveSameHiddenClass = (one: object, other: object): boolean => {
  setFlagsFromString('--allow-natives-syntax')
  const isSame = runInNewContext('%HaveSameMap(one, other)', { one, other })
  setFlagsFromString('--no-allow-natives-syntax')
  return isSame
}

describe('joined headers', () => {
  const some = { Vary: 'Origin', 'Referrer-Policy': 'no-referrer' }
  const others = { Vary: 'Accept-Encoding', ETag: '"1"' }

  it('contain both, with the later value on conflicts, and leave the inputs unchanged', () => {
    expect(joinHeaders(some, others)).to.deep.equal({
      Vary: 'Accept-Encoding',
      'Referrer-Policy': 'no-referrer',
      ETag: '"1"',
    })
    expect(some).to.deep.equal({ Vary: 'Origin', 'Referrer-Policy': 'no-referrer' })
    expect(others).to.deep.equal({ Vary: 'Accept-Encoding', ETag: '"1"' })
  })

  it('with the same names share one hidden class: a reply creates none', () => {
    const [first, second] = [joinHeaders(some, others), joinHeaders({ ...some }, { ...others, ETag: '"2"' })]
    expect(haveSameHiddenClass(first, second)).to.equal(true)
  })
})
