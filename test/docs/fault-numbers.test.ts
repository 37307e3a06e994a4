import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'chai'

/** The first and the last number of each range of faults that were fixed together. */
const fixed = [
  [1, 9],
  [11, 14],
  [20, 29],
  [30, 37],
  [39, 48],
  [50, 53],
  [60, 66],
] as const

const testName = /\b(?:describe|it)\(\s*(['"`])((?:(?!\1).)*)\1/g

/** Returns the fault numbers in test names. Comments do not count, because they do not run. */
const numbersIn = (source: string): ReadonlyArray<number> =>
  [...source.matchAll(testName)].flatMap(([, , name = '']) =>
    [...name.matchAll(/\[V(\d+)\]/g)].map(([, number]) => Number(number)),
  )

describe('fixed faults', () => {
  it('each have their number in the name of a test', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(?:test|contract)\.ts$/.test(name),
    )
    const named = new Set(files.flatMap((name) => numbersIn(readFileSync(path.join('test', name), 'utf8'))))
    const required = fixed.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, at) => first + at),
    )
    expect(required.filter((number) => !named.has(number))).to.deep.equal([])
  })

  it('are counted only in titles', () => {
    expect(numbersIn("it('[V1] [V2] a', () => {}) // [V3]\ndescribe(`b [V4]`, x)")).to.deep.equal([1, 2, 4])
  })
})
