import { expect } from 'chai'
import type { NewFileJob } from '../../src/domain/jobs/job.ts'
import type { ReplacedExport } from '../../src/domain/media/replaced-export.ts'
import type { StoredFile } from '../../src/domain/media/stored-file.ts'
import type { Unavailable } from '../../src/domain/shared/errors.ts'
import { O, type TE } from '../../src/fp.ts'
import { aNewFileJob } from '../support/builders.ts'
import { right } from '../support/expect-right.ts'

type File<U> = { readonly uid: U; readonly sha512: string; readonly original: StoredFile }
type IngestedFile = { readonly uid: string; readonly exportCount: number; readonly recipe: number | null }

/** The functions that the repositories of image files and of content files have in common. */
type Repository<U extends string, E extends { readonly uid: string }> = {
  readonly addExports: (
    uid: U,
    exports: ReadonlyArray<E>,
    completion: null,
  ) => TE.TaskEither<Unavailable, boolean>
  readonly replaceExports: (
    uid: U,
    exports: ReadonlyArray<E>,
    completion: null,
    replaces?: 'outdated' | 'all',
  ) => TE.TaskEither<Unavailable, boolean>
  readonly findIngested: (uid: U) => TE.TaskEither<Unavailable, O.Option<IngestedFile>>
  readonly countOutdated: (recipe: number) => TE.TaskEither<Unavailable, number>
  readonly listOutdated: (
    recipe: number,
    after: U | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<{ readonly uid: U }>>
  readonly listReplaced: (
    forMs: number,
    after: E['uid'] | null,
  ) => TE.TaskEither<Unavailable, ReadonlyArray<ReplacedExport<E['uid']>>>
  readonly removeReplaced: (uid: E['uid']) => TE.TaskEither<Unavailable, boolean>
}

type Subject<U extends string, F extends File<U>, E extends { readonly uid: string }> = {
  readonly repository: () => Repository<U, E> & {
    readonly add: (file: F, job: NewFileJob) => TE.TaskEither<Unavailable, boolean>
  }
  readonly newFile: () => F
  readonly newExport: (recipe: number) => E
  readonly partsOf: (of: E) => ReplacedExport<E['uid']>['parts']
  /** The uids of the exports that the lists of the file name. */
  readonly listed: (uid: U) => Promise<ReadonlyArray<string>>
  /** Whether the bytes of the export can be read by its uid. */
  readonly isReadable: (of: E) => Promise<boolean>
}

/** An age (ms) that every replaced export exceeds. It is negative, so that clock skew does not matter. */
const anyAgeMs = -60_000
const hourMs = 3_600_000

/** What every repository of files promises about exports that exports of a newer recipe replace. */
export const recipeContract = <U extends string, F extends File<U>, E extends { readonly uid: string }>({
  repository,
  newFile,
  newExport,
  partsOf,
  listed,
  isReadable,
}: Subject<U, F, E>): void => {
  /** Adds a file with one export of each of these recipes. */
  const added = async (...recipes: ReadonlyArray<number>) => {
    const file = newFile()
    const exports = recipes.map(newExport)
    await right(repository().add(file, aNewFileJob()))
    if (exports.length > 0)
      expect(await right(repository().addExports(file.uid, exports, null))).to.equal(true)
    return { uid: file.uid, exports }
  }

  it('[V39] returns the recipe of the exports of a file', async () => {
    const old = await added(1, 1)
    const bare = await added()
    const found = async (uid: U) => right(repository().findIngested(uid))
    const [there, unfinished] = [await found(old.uid), await found(bare.uid)]
    expect(O.isSome(there) && there.value).to.include({ uid: old.uid, exportCount: 2, recipe: 1 })
    expect(O.isSome(unfinished) && unfinished.value).to.include({ exportCount: 0, recipe: null })
    expect(await found(newFile().uid)).to.deep.equal(O.none)
  })

  it('[V39] lists files whose exports are of an older recipe, page by page, and counts them', async () => {
    const old = [await added(1), await added(1, 1), await added(2)]
    await added(3)
    await added()
    const uids = old.map(({ uid }) => uid).sort()
    expect(await right(repository().countOutdated(3))).to.equal(3)
    expect(await right(repository().countOutdated(1))).to.equal(0)
    const listedFrom = async (after: U | null) =>
      (await right(repository().listOutdated(3, after))).map(({ uid }) => uid)
    expect(await listedFrom(null)).to.deep.equal(uids)
    expect(await listedFrom(uids[0] ?? null)).to.deep.equal(uids.slice(1))
    expect(await listedFrom(uids[2] ?? null)).to.deep.equal([])
  })

  it('[V39] replaces exports by new ones; the old ones stay readable, but are in no list', async () => {
    const { uid, exports } = await added(1, 1)
    const replacements = [newExport(2)]
    expect(await right(repository().replaceExports(uid, replacements, null))).to.equal(true)
    expect(await listed(uid)).to.deep.equal(replacements.map((replacement) => replacement.uid))
    for (const each of [...exports, ...replacements]) expect(await isReadable(each)).to.equal(true)
    const ingested = await right(repository().findIngested(uid))
    expect(O.isSome(ingested) && ingested.value).to.include({ exportCount: 1, recipe: 2 })
    expect(await right(repository().countOutdated(2))).to.equal(0)
  })

  it('replaces exports of any recipe if it is told to, but not in a file without exports or a missing file', async () => {
    const { uid, exports } = await added(1, 2)
    const replacements = [newExport(2)]
    const replace = (of: U) => right(repository().replaceExports(of, replacements, null, 'all'))
    expect(await replace((await added()).uid)).to.equal(false)
    expect(await replace(newFile().uid)).to.equal(false)
    expect(await replace(uid)).to.equal(true)
    expect(await listed(uid)).to.deep.equal(replacements.map((replacement) => replacement.uid))
    for (const each of exports) expect(await isReadable(each)).to.equal(true)
    const replaced = await right(repository().listReplaced(anyAgeMs, null))
    expect(replaced.map((each) => each.uid)).to.include.members(exports.map((each) => each.uid))
  })

  it('[V39] does not replace exports by ones of the same or an older recipe, nor in a file without exports or a missing file', async () => {
    const { uid, exports } = await added(2)
    const bare = await added()
    for (const [file, recipe] of [
      [uid, 2],
      [uid, 1],
      [bare.uid, 3],
      [newFile().uid, 3],
    ] as const) {
      const late = newExport(recipe)
      expect(await right(repository().replaceExports(file, [late], null))).to.equal(false)
      expect(await isReadable(late)).to.equal(false)
    }
    expect(await right(repository().replaceExports(uid, [], null))).to.equal(false)
    expect(await listed(uid)).to.deep.equal(exports.map((original) => original.uid))
  })

  it('[V39] accepts one of many concurrent replacements', async () => {
    const { uid } = await added(1)
    const tries = Array.from({ length: 6 }, () => [newExport(2), newExport(2)])
    const results = await Promise.all(
      tries.map((attempt) => right(repository().replaceExports(uid, attempt, null))),
    )
    expect(results.filter(Boolean)).to.have.length(1)
    const winner = tries[results.indexOf(true)]?.map((winning) => winning.uid)
    expect(await listed(uid)).to.have.members(winner ?? [])
  })

  it('[V39] lists exports with their objects once they have been replaced for long enough, and removes them', async () => {
    const { uid, exports } = await added(1, 1)
    await right(repository().replaceExports(uid, [newExport(2)], null))
    expect(await right(repository().listReplaced(hourMs, null))).to.deep.equal([])

    const old = [...exports].sort((a, b) => (a.uid < b.uid ? -1 : 1))
    const replaced = await right(repository().listReplaced(anyAgeMs, null))
    expect(replaced.map(({ uid }) => uid)).to.deep.equal(old.map(({ uid }) => uid))
    for (const [i, { parts }] of replaced.entries())
      expect(parts).to.have.deep.members([...partsOf(old[i] as E)])
    const next = await right(repository().listReplaced(anyAgeMs, old[0]?.uid ?? null))
    expect(next.map(({ uid }) => uid)).to.deep.equal(old.slice(1).map(({ uid }) => uid))

    const [first, second] = old as unknown as readonly [E, E]
    expect(await right(repository().removeReplaced(first.uid))).to.equal(true)
    expect(await right(repository().removeReplaced(first.uid))).to.equal(false)
    expect([await isReadable(first), await isReadable(second)]).to.deep.equal([false, true])
    expect(await right(repository().listReplaced(anyAgeMs, null))).to.have.length(1)
  })

  it('[V39] keeps exports that are not replaced', async () => {
    const { exports } = await added(1)
    for (const one of exports) {
      expect(await right(repository().removeReplaced(one.uid))).to.equal(false)
      expect(await isReadable(one)).to.equal(true)
    }
  })
}
