import { expect } from 'chai'
import fc from 'fast-check'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createMemoryContentFileRepository } from '../../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../../src/adapters/memory/memory-image-file-repository.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

/**
 * An operation on a library. `file`: the index of an earlier attempt to add. `original`: one of a few
 * originals.
 */
type Step =
  | { readonly do: 'add'; readonly original: number }
  | {
      readonly do: 'export' | 'replace'
      readonly file: number
      readonly count: number
      readonly recipe: number
    }
  | { readonly do: 'remove'; readonly file: number }
  | { readonly do: 'publish'; readonly file: number; readonly flag: boolean }

const file = fc.nat({ max: 5 })
const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), original: fc.nat({ max: 3 }) }),
    fc.record({
      do: fc.constantFrom('export' as const, 'replace' as const),
      file,
      count: fc.nat({ max: 2 }),
      recipe: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ do: fc.constant('remove' as const), file }),
    fc.record({ do: fc.constant('publish' as const), file, flag: fc.boolean() }),
  ),
  { maxLength: 20 },
)

const sha512Of = (original: number): string => String(original).repeat(128)

describe('repositories in memory and in PostgreSQL', () => {
  const database = withDatabase()

  beforeEach(database.empty)

  it('return the same for images, after any operations', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (operations) => {
        await database.empty()
        const both = [
          createMemoryImageFileRepository(Date.now),
          createKnexImageFileRepository(database.knex()),
        ]
        const files: ReturnType<typeof aNewImageFile>[] = []
        for (const step of operations) {
          if (step.do === 'add') files.push(aNewImageFile({ sha512: sha512Of(step.original) }))
          const target = step.do === 'add' ? files.at(-1) : files[step.file]
          if (target === undefined) continue
          const { count, recipe } = 'count' in step ? step : { count: 0, recipe: 1 }
          const exports = Array.from({ length: count }, () => aNewImageExport({ recipe }))
          const [inMemory, inPostgres] = await Promise.all(
            both.map(async (images) => {
              if (step.do === 'add') return right(images.add(target, aNewFileJob()))
              if (step.do === 'export') return right(images.addExports(target.uid, exports, null))
              if (step.do === 'replace') return right(images.replaceExports(target.uid, exports, null))
              if (step.do === 'publish') return right(images.setPublic(target.uid, step.flag))
              return right(images.removeUnfinished(target.uid))
            }),
          )
          expect(inPostgres).to.equal(inMemory)
        }
        const [inMemory, inPostgres] = await Promise.all(
          both.map(async (images) => ({
            first: await right(images.first),
            unfinished: await right(images.listUnfinished),
            outdated: await Promise.all([1, 2, 3].map((n) => right(images.listOutdated(n, null)))),
            counts: await Promise.all([1, 2, 3].map((n) => right(images.countOutdated(n)))),
            replaced: (await right(images.listReplaced(-3_600_000, null))).map(({ uid }) => uid),
            originals: await Promise.all([0, 1, 2, 3].map((n) => right(images.findByOriginal(sha512Of(n))))),
            public: await Promise.all(files.map(({ uid }) => right(images.isPublic(uid)))),
            exports: await Promise.all(
              files.map(async ({ uid }) => byUid(await right(images.listExports(uid)))),
            ),
          })),
        )
        expect(inPostgres).to.deep.equal(inMemory)
      }),
      { numRuns: 25 },
    )
  })

  it('return the same for content, after any operations', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (operations) => {
        await database.empty()
        const both = [
          createMemoryContentFileRepository(Date.now),
          createKnexContentFileRepository(database.knex()),
        ]
        const files: ReturnType<typeof aNewContentFile>[] = []
        for (const step of operations) {
          if (step.do === 'add') files.push(aNewContentFile({ sha512: sha512Of(step.original) }))
          const target = step.do === 'add' ? files.at(-1) : files[step.file]
          if (target === undefined) continue
          const { count, recipe } = 'count' in step ? step : { count: 0, recipe: 1 }
          const exports = Array.from({ length: count }, () => aNewContentExport({ recipe }))
          const [inMemory, inPostgres] = await Promise.all(
            both.map(async (contents) => {
              if (step.do === 'add') return right(contents.add(target, aNewFileJob()))
              if (step.do === 'export') return right(contents.addExports(target.uid, exports, null))
              if (step.do === 'replace') return right(contents.replaceExports(target.uid, exports, null))
              return right(contents.removeUnfinished(target.uid))
            }),
          )
          expect(inPostgres).to.equal(inMemory)
        }
        const [inMemory, inPostgres] = await Promise.all(
          both.map(async (contents) => ({
            first: await right(contents.first),
            unfinished: await right(contents.listUnfinished),
            outdated: await Promise.all([1, 2, 3].map((n) => right(contents.listOutdated(n, null)))),
            counts: await Promise.all([1, 2, 3].map((n) => right(contents.countOutdated(n)))),
            replaced: (await right(contents.listReplaced(-3_600_000, null))).map(({ uid }) => uid),
            originals: await Promise.all(
              [0, 1, 2, 3].map((n) => right(contents.findByOriginal(sha512Of(n)))),
            ),
            found: await Promise.all(files.map(({ uid }) => right(contents.find(uid)))),
          })),
        )
        expect(inPostgres).to.deep.equal(inMemory)
      }),
      { numRuns: 25 },
    )
  })
})

const byUid = <A extends { readonly uid: string }>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...items].sort((a, b) => (a.uid < b.uid ? -1 : 1))
