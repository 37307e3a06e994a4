import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'

type Packages = Readonly<Record<string, string>>

const { dependencies, optionalDependencies } = JSON.parse(readText('package.json')) as {
  readonly dependencies: Packages
  readonly optionalDependencies: Packages
}

/**
 * Returns the packages that the server imports, with those of the typed client, without the console: the build bundles it
 * with its imports.
 */
const imported = (): ReadonlySet<string> => {
  const sources = filesBelow(['src', 'clients/typescript/src'], /\.m?[jt]s$/).filter(
    (file) => !file.startsWith('src/console/'),
  )
  const names = sources.flatMap((file) =>
    [
      ...readText(file).matchAll(
        /^(?:import|export|\}).* from '([^.'][^']*)'|\b(?:import|resolve)\('([@\w-][^']*\/[^']*)'\)/gm,
      ),
    ].map(([, named, loaded]) => named ?? loaded ?? ''),
  )
  return new Set(
    names
      .filter((name) => !/^(?:node:|#)/.test(name))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  )
}

describe('dependencies', () => {
  it('[V65] include only packages that the server imports, none that only the build or the tests need', () => {
    const names = imported()
    expect(Object.keys(dependencies).filter((name) => !names.has(name))).to.deep.equal([])
  })

  it('include all packages that the server imports', () => {
    const declared = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)])
    for (const name of imported()) expect(declared.has(name), name).to.equal(true)
  })
})
