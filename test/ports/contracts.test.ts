import { existsSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { filesBelow, readText } from '../support/contract.ts'

/**
 * Ports without a contract, each with the reason: it has no adapter, or only one, which uses nothing outside
 * the process.
 */
const reasons: Readonly<Record<string, string>> = {
  'cache-keys': 'types and functions; it has no adapter',
  'cache-stats': 'one adapter, which counts in memory',
  clock: 'it is Date.now',
  'explain-token': 'one adapter, on the codec that media tokens have, too',
  'id-token-issuer': 'one adapter; the contract of the verifier reads what it mints',
  'playlist-fetcher': 'one adapter; test/adapters/http/http-playlist-fetcher.test.ts tests it against a server',
  'library-repository': 'what two repositories have in common; the contract of each holds it',
  log: 'one adapter, which writes lines',
  monotonic: 'it is performance.now',
  'new-uid': 'one adapter, which draws random bytes',
  'progress-store': 'one adapter, a map in memory',
  sleep: 'it is a timer of the platform',
  'stale-cache': 'one adapter, on any tier; test/http/database-down.test.ts tests it',
  'token-key': 'a type; it has no adapter',
  'tier-outcome': 'a type; it has no adapter',
}

const namesIn = (folder: string, end: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .map((name) => name.slice(0, -end.length))

describe('ports', () => {
  const ports = namesIn('src/ports', '.ts')

  it('[V66] have a contract, or a reason for none', () => {
    for (const port of ports)
      expect(existsSync(`test/contracts/${port}.contract.ts`), port).to.equal(!(port in reasons))
  })

  it('[V66] have contracts that adapters must pass', () => {
    const tests = filesBelow(['test'], /\.test\.ts$/)
      .map(readText)
      .join('\n')
    for (const name of namesIn('test/contracts', '.contract.ts')) {
      const isCalled = tests.includes(`contracts/${name}.contract.ts`)
      const isPart = filesBelow(['test/contracts'], /\.ts$/).some((file) =>
        readText(file).includes(`./${name}.contract.ts`),
      )
      expect(isCalled || isPart, name).to.equal(true)
    }
  })
})
