import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'

/** Exports of src that no production code uses, each with the reason why it exists. */
const unusedInProduction: Readonly<Record<string, string>> = {
  'src/adapters/cache/memory/memory-cache.ts createMemoryCache': 'the cache of tests',
  'src/adapters/memory/memory-fetch-repository.ts createMemoryFetchRepository': 'for tests',
  'src/adapters/memory/memory-bus-positions.ts createMemoryBusPositions': 'for tests',
  'src/adapters/memory/memory-instances.ts createMemoryInstances': 'for tests',
  'src/adapters/memory/memory-invalidation-bus.ts createMemoryInvalidationBus': 'for tests',
  'src/adapters/memory/memory-invalidation-bus.ts createMemoryInvalidationLog': 'for tests',
  'src/adapters/memory/memory-job-queue.ts createMemoryJobQueue': 'for tests',
  'src/adapters/memory/memory-local-instances.ts createMemoryLocalInstances': 'for tests',
  'src/adapters/memory/memory-revocation-file.ts createMemoryRevocationFile': 'for tests',
  'src/adapters/memory/memory-revocations.ts createMemoryRevocations': 'for tests',
  'src/adapters/memory/memory-ticket-repository.ts createMemoryTicketRepository': 'for tests',
  'src/adapters/memory/memory-trash.ts createMemoryTrash': 'for tests',
  'src/adapters/memory/memory-content-file-repository.ts createMemoryContentFileRepository': 'for tests',
  'src/adapters/memory/memory-image-file-repository.ts createMemoryImageFileRepository': 'for tests',
  'src/adapters/memory/memory-media-repository.ts createMemoryMediaRepository': 'for tests',
  'src/adapters/memory/memory-object-store.ts createMemoryObjectStore': 'for tests',
  'src/adapters/memory/memory-stored-file-repository.ts createMemoryStoredFileRepository': 'for tests',
  'src/adapters/memory/memory-upload-repository.ts createMemoryUploadRepository': 'for tests',
  'src/adapters/memory/memory-user-repository.ts createMemoryUserRepository': 'for tests',
  'src/adapters/memory/memory-work-locks.ts createMemoryWorkLocks': 'for tests',
  'src/adapters/transcode/process/decoder-limits.ts acceptedCodecs': 'a test compares the documents with it',
}

/** Names that several files of src export, each with the reason. */
const sharedNames: Readonly<Record<string, string>> = {
  toJob: 'each adapter of the queue converts its own rows',
  withNewLibrary: 'src/cli/library.ts loads it only when a command needs it',
  withServices: 'src/cli/library.ts loads it only when a command needs it',
  withTemporaryKeys: 'src/cli/library.ts loads it only when a command needs it',
}

type Source = { readonly path: string; readonly text: string; readonly code: string }

const sources: ReadonlyArray<Source> = filesBelow(
  ['src', 'test', 'bench', 'scripts'],
  /(?<!\.types)\.(?:ts|mjs)$/,
).map((path) => {
  const text = readText(path)
  return { path, text, code: text.replaceAll(/^\s*(?:\/\*.*?\*\/|\/\/[^\n]*)/gms, '') }
})

const isProduction = (path: string): boolean => !path.startsWith('test/')

/** The values and types that files import, as `path name`; `path *` if a file imports all of them. */
const importsOf = (files: ReadonlyArray<Source>): ReadonlySet<string> => {
  const imported = new Set<string>()
  for (const { path, text } of files)
    for (const [, names = '*', from = ''] of text.matchAll(
      /(?:(?:\{([^{}]*)\}|\* as \w+)\s+from |import\()'(\.[^']+)'/g,
    ))
      for (const name of names.split(','))
        imported.add(`${join(dirname(path), from)} ${name.trim().replace(/^type | as .*/g, '')}`)
  return imported
}

const exportsOf = ({ path, text, code }: Source) =>
  [...text.matchAll(/^export (?:async )?(?:const|function\*?|class|type|interface) (\w+)/gm)].map(
    ([, name = '']) => ({
      path,
      value: `${path} ${name}`,
      isUsedInItsFile: (code.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1,
    }),
  )

describe('an export', () => {
  const all = sources.flatMap(exportsOf)
  const isIn = (imported: ReadonlySet<string>, path: string, value: string) =>
    imported.has(value) || imported.has(`${path} *`)

  it('is imported by another file', () => {
    const imported = importsOf(sources)
    const unused = all.filter(
      ({ path, value }) => !path.startsWith('scripts/') && !isIn(imported, path, value),
    )
    expect(unused.map(({ value }) => value)).to.deep.equal([])
  })

  it('of src is used by production code, and not by tests alone', () => {
    const imported = importsOf(sources.filter(({ path }) => isProduction(path)))
    const unused = all.filter(
      ({ path, value, isUsedInItsFile }) =>
        path.startsWith('src/') &&
        !isUsedInItsFile &&
        !isIn(imported, path, value) &&
        !(value in unusedInProduction),
    )
    expect(unused.map(({ value }) => value)).to.deep.equal([])
    expect(
      all.map(({ value }) => value),
      'exceptions that are gone',
    ).to.include.members(Object.keys(unusedInProduction))
  })

  it('of src has a name that no other file of src exports', () => {
    const filesByName = new Map<string, Set<string>>()
    for (const { path, value } of all.filter(({ path }) => path.startsWith('src/'))) {
      const name = value.slice(path.length + 1)
      filesByName.set(name, (filesByName.get(name) ?? new Set()).add(path))
    }
    const shared = [...filesByName].filter(([, files]) => files.size > 1).map(([name]) => name)
    expect(shared).to.have.members(Object.keys(sharedNames))
  })

  it('is written at its declaration, where the two rules above see it', () => {
    const others = sources.flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /^export (?!(?:async )?(?:const|function|class|type|interface|declare namespace)\b).*$/gm,
        ),
      ].map(([line]) => `${path}: ${line}`),
    )
    expect(others).to.deep.equal([])
  })
})
