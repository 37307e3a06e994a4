import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'

const tests = filesBelow(['test'], /\.ts$/).filter((file) => file !== 'test/time-limits.test.ts')
const guardOf = (config: string): number =>
  (JSON.parse(readFileSync(config, 'utf8')) as { readonly timeout: number }).timeout

describe('the tests', () => {
  it('[V65] have a time limit that is a guard against hanging, and no shorter ones of their own', () => {
    for (const config of [
      '.mocharc.json',
      '.mocharc.s3.json',
      '.mocharc.browser.json',
      '.mocharc.crash.json',
      '.mocharc.replay.json',
    ])
      expect(guardOf(config), config).to.be.at.least(120_000)
    for (const file of tests)
      for (const [call, limit = ''] of readText(file).matchAll(/\.timeout\(([\d_]+)\)/g))
        expect(Number(limit.replaceAll('_', '')), `${file}: ${call}`).to.be.greaterThan(120_000)
  })

  it('[V65] assert nothing of how fast this machine is', () => {
    for (const file of tests)
      for (const [assertion] of readText(file).matchAll(
        /expect\([^()\n]*(?:performance|Date)\.now\(\) - [^\n]*/g,
      ))
        expect.fail(`${file}: ${assertion}`)
  })
})
