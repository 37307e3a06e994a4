import { expect } from 'chai'
import fc from 'fast-check'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createMemoryContentFileRepository } from '../../src/adapters/memory/memory-content-file-repository.ts'
import { createMemoryImageFileRepository } from '../../src/adapters/memory/memory-image-file-repository.ts'
import { aNewContentExport, aNewContentFile, aNewImageExport, aNewImageFile } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'
import { withDatabase } from '../support/postgres.ts'

/** Something done to a library: `file` counts the files that were tried, `original` names one of a few. */
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

  it('say the same of images, whatever was done to them', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (done) => {
        await database.empty()
        const both = [
          createMemoryImageFileRepository(Date.now),
          createKnexImageFileRepository(database.knex()),
        ]
        const files: ReturnType<typeof aNewImageFile>[] = []
        for (const step of done) {
          if (step.do === 'add') files.push(aNewImageFile({ sha512: sha512Of(step.original) }))
          const it = step.do === 'add' ? files.at(-1) : files[step.file]
          if (it === undefined) continue
          const { count, recipe } = 'count' in step ? step : { count: 0, recipe: 1 }
          const made = Array.from({ length: count }, () => aNewImageExport({ recipe }))
          const [here, there] = await Promise.all(
            both.map(async (images) => {
              if (step.do === 'add') return right(images.add(it))
              if (step.do === 'export') return right(images.addExports(it.uid, made))
              if (step.do === 'replace') return right(images.replaceExports(it.uid, made))
              if (step.do === 'publish') return right(images.setPublic(it.uid, step.flag))
              return right(images.removeUnfinished(it.uid))
            }),
          )
          expect(there).to.equal(here)
        }
        const [here, there] = await Promise.all(
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
        expect(there).to.deep.equal(here)
      }),
      { numRuns: 25 },
    )
  })

  it('say the same of contents, whatever was done to them', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (done) => {
        await database.empty()
        const both = [
          createMemoryContentFileRepository(Date.now),
          createKnexContentFileRepository(database.knex()),
        ]
        const files: ReturnType<typeof aNewContentFile>[] = []
        for (const step of done) {
          if (step.do === 'add') files.push(aNewContentFile({ sha512: sha512Of(step.original) }))
          const it = step.do === 'add' ? files.at(-1) : files[step.file]
          if (it === undefined) continue
          const { count, recipe } = 'count' in step ? step : { count: 0, recipe: 1 }
          const made = Array.from({ length: count }, () => aNewContentExport({ recipe }))
          const [here, there] = await Promise.all(
            both.map(async (contents) => {
              if (step.do === 'add') return right(contents.add(it))
              if (step.do === 'export') return right(contents.addExports(it.uid, made))
              if (step.do === 'replace') return right(contents.replaceExports(it.uid, made))
              return right(contents.removeUnfinished(it.uid))
            }),
          )
          expect(there).to.equal(here)
        }
        const [here, there] = await Promise.all(
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
        expect(there).to.deep.equal(here)
      }),
      { numRuns: 25 },
    )
  })
})

const byUid = <A extends { readonly uid: string }>(items: ReadonlyArray<A>): ReadonlyArray<A> =>
  [...items].sort((a, b) => (a.uid < b.uid ? -1 : 1))
