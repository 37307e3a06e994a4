import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'

const code = /\.(?:[cm]?[jt]sx?|css)$/
const maxLines = 300
const maxMedianOfSrc = 60

const linesOf = (file: string): number => readText(file).split('\n').length - 1

describe('the files of code', () => {
  it(`have at most ${maxLines} lines`, () => {
    const large = filesBelow(['src', 'test', 'bench', 'scripts'], code)
      .map((file) => ({ file, lines: linesOf(file) }))
      .filter(({ lines }) => lines > maxLines)
    expect(large, 'split it by idea').to.deep.equal([])
  })

  it(`have at most ${maxMedianOfSrc} lines in more than half of src`, () => {
    const sizes = filesBelow(['src'], code).map(linesOf)
    const small = sizes.filter((lines) => lines <= maxMedianOfSrc)
    expect(small.length * 2).to.be.above(sizes.length)
  })
})
