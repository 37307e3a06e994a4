import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'

const tests = filesBelow(['test'], /\.ts$/).filter((file) => file !== 'test/time-limits.test.ts')
const guardOf = (config: string): number =>
  (JSON.parse(readFileSync(config, 'utf8')) as { readonly timeout: number }).timeout

describe('the tests', () => {
  it('[V65] have one time limit, as a guard against hanging, and no shorter ones of their own', () => {
    for (const config of [
      '.mocharc.json',
      '.mocharc.s3.json',
      '.mocharc.browser.json',
      '.mocharc.crash.json',
      '.mocharc.replay.json',
    ])
      expect(guardOf(config), config).to.be.at.least(120_000)
    for (const file of tests)
      for (const [call, limit = ''] of readText(file).matchAll(/\.timeout\(([^()]+(?:\([^()]*\))?)\)/g))
        expect(leastOf(limit), `${file}: ${call}`).to.be.greaterThan(120_000)
    expect(['180_000', '180_000 + 3 * n'].map(leastOf)).to.deep.equal([180_000, 180_000])
    expect(['9000', 'pairs * 1000', 'limit'].map(leastOf)).to.deep.equal([9000, 0, 0])
  })

  it('[V65] assert nothing about the speed of this machine', () => {
    for (const file of tests) expect(ofSpeed(readText(file)), file).to.deep.equal([])
    for (const text of [
      'expect(performance.now() - start).to.be.below(9)',
      'expect(Math.abs(Date.now() - start)).to.be.below(9)',
      'const took = performance.now() - start\nexpect(took).to.be.below(9)',
    ])
      expect(ofSpeed(text), text).to.have.length(1)
    expect(ofSpeed('const started = Date.now()\nexpect(answer).to.equal(1)')).to.deep.equal([])
  })
})

/** Returns the minimum of a limit: its first number, to which other numbers are added. */
const leastOf = (limit: string): number =>
  /^[\d_]+(?: \+ .*)?$/.test(limit) ? Number.parseInt(limit.replaceAll('_', ''), 10) : 0

/** Returns the assertions in a text about elapsed time on this machine's clock. */
const ofSpeed = (text: string): ReadonlyArray<string> => {
  const names = [...text.matchAll(/\b(?:const|let) (\w+) = (?:performance|Date)\.now\(\) - /g)].map(
    ([, name]) => `\\b${name}\\b`,
  )
  const time = ['(?:performance|Date)\\.now\\(\\) - ', ...names].join('|')
  return [...text.matchAll(new RegExp(`expect\\([^\\n]*?(?:${time})[^\\n]*`, 'g'))].map(([found]) => found)
}
