import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'

/** The first and the last number of each run of faults that were mended together. */
const mended = [
  [1, 9],
  [11, 14],
  [20, 29],
  [39, 39],
  [60, 66],
] as const

const testName = /\b(?:describe|it)\(\s*(['"`])((?:(?!\1).)*)\1/g

/** The numbers of faults in the names of tests. What stands in a comment is run by no one. */
const numbersIn = (source: string): ReadonlyArray<number> =>
  [...source.matchAll(testName)].flatMap(([, , name = '']) =>
    [...name.matchAll(/\[V(\d+)\]/g)].map(([, number]) => Number(number)),
  )

describe('the faults that are mended', () => {
  it('each have their number in the name of a test', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(?:test|contract)\.ts$/.test(name),
    )
    const named = new Set(files.flatMap((name) => numbersIn(readFileSync(path.join('test', name), 'utf8'))))
    const wanted = mended.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, at) => first + at),
    )
    expect(wanted.filter((number) => !named.has(number))).to.deep.equal([])
  })

  it('are found in names alone', () => {
    expect(numbersIn("it('[V1] [V2] a', () => {}) // [V3]\ndescribe(`b [V4]`, x)")).to.deep.equal([1, 2, 4])
  })
})
