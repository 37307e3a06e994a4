import { existsSync, readdirSync } from 'node:fs'
import { expect } from 'chai'
import { filesBelow, readText } from '../support/contract.ts'

/**
 * Ports without a contract, each with the reason: it has no adapter, or only one, whose own tests say what it
 * does.
 */
const reasons: Readonly<Record<string, string>> = {
  'cache-keys': 'types and functions; it has no adapter',
  'cache-stats': 'one adapter, which counts in memory',
  clock: 'it is Date.now',
  'explain-token': 'one adapter, on the codec that media tokens have, too',
  'id-token-issuer': 'one adapter; the contract of the verifier reads what it mints',
  'playlist-fetcher':
    'one adapter; test/adapters/http/http-playlist-fetcher.test.ts tests it against a server',
  outbound: 'one adapter; test/adapters/http/http-outbound.test.ts tests it against servers',
  'resolve-name': 'it is the look-up of the operating system',
  'ticket-secrets': 'one adapter, which draws random bytes',
  'incoming-files': 'one adapter; test/adapters/fs/fs-incoming-files.test.ts tests it on a disk',
  'library-repository': 'what two repositories have in common; the contract of each holds it',
  log: 'one adapter, which writes lines',
  monotonic: 'it is performance.now',
  'new-uid': 'one adapter, which draws random bytes',
  sleep: 'it is a timer of the platform',
  'stale-cache': 'one adapter, on any tier; test/http/database-down.test.ts tests it',
  'uncached-reader':
    'one adapter; test/http/routes/media-file-routes.test.ts tests it with a store that has faults',
  'tus-protocol': 'one adapter; test/http/routes/tus-routes.test.ts tests it by its client',
  'token-key': 'a type; it has no adapter',
  'tier-outcome': 'a type; it has no adapter',
}

const namesIn = (folder: string, end: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => name.endsWith(end))
    .map((name) => name.slice(0, -end.length))

type AdapterOfPort = { readonly port: string; readonly create: string; readonly file: string }

/** Functions that tests call through a helper, and the name that the tests use. */
const helpers: Readonly<Record<string, string>> = {
  createTranscoder: 'availableEngines',
  createTranscoderFrom: 'availableEngines',
}

/** The type of a port: the exported type that has the name of its file. */
const typeOf = (port: string): string => {
  const names = [...readText(`src/ports/${port}.ts`).matchAll(/^export type (\w+)/gm)].map(
    ([, name = '']) => name,
  )
  const wanted = port.replaceAll('-', '')
  return names.find((name) => name.toLowerCase().replace(/port$/, '') === wanted) ?? expect.fail(port)
}

/** The exported functions of src/adapters whose result contains a port. */
const adaptersOf = (port: string): ReadonlyArray<AdapterOfPort> => {
  const returnsPort = new RegExp(`\\): (?:[^=]*[^\\w=])?${typeOf(port)}\\b(?!\\[)[^=]* =>`)
  return filesBelow(['src/adapters'], /\.ts$/).flatMap((file) =>
    [...readText(file).matchAll(/^export const (create\w+)(?:.|\n(?!\n))*/gm)].flatMap(
      ([signature, create = '']) => (returnsPort.test(signature) ? [{ port, create, file }] : []),
    ),
  )
}

describe('ports', () => {
  const ports = namesIn('src/ports', '.ts')

  it('[V66] have a contract, or a reason for none', () => {
    for (const port of ports)
      expect(existsSync(`test/contracts/${port}.contract.ts`), port).to.equal(!(port in reasons))
    expect(ports, 'reasons for ports that are gone').to.include.members(Object.keys(reasons))
  })

  it('[V66] have adapters that each run the contract', () => {
    const tests = filesBelow(['test'], /\.test\.ts$/).map(readText)
    const adapters = ports.filter((port) => !(port in reasons)).flatMap(adaptersOf)
    const runsContract = ({ port, create }: AdapterOfPort): boolean => {
      const name = new RegExp(`\\b${helpers[create] ?? create}\\b`)
      return tests.some((text) => text.includes(`contracts/${port}.contract.ts`) && name.test(text))
    }
    expect(adapters.filter((adapter) => !runsContract(adapter))).to.deep.equal([])
    const created = new Set(adapters.map(({ create }) => create))
    expect([...created]).to.include.members(Object.keys(helpers))
    // Of each port at least one adapter is found, so that the pattern is known to fit.
    const ofPorts = new Set(adapters.map(({ port }) => port))
    expect(ports.filter((port) => !(port in reasons) && !ofPorts.has(port))).to.deep.equal([])
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
