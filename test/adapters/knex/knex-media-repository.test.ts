import { expect } from 'chai'
import fc from 'fast-check'
import type { Knex } from 'knex'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexJobQueue } from '../../../src/adapters/knex/knex-job-queue.ts'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import type { MediaFilter } from '../../../src/ports/media-repository.ts'
import { mediaChangesContract } from '../../contracts/media-changes.contract.ts'
import { mediaRepositoryContract } from '../../contracts/media-repository.contract.ts'
import { right } from '../../support/expect-right.ts'
import { seedManyMedia } from '../../support/many-media.ts'
import { anyMedia, listAllMedia } from '../../support/media-filters.ts'
import { withDatabase } from '../../support/postgres.ts'

const subjectOf = (db: Knex) => ({
  media: createKnexMediaRepository(db),
  imageFiles: createKnexImageFileRepository(db),
  contentFiles: createKnexContentFileRepository(db),
  jobs: createKnexJobQueue(db, 'test'),
})

describe('knex media repository', () => {
  const database = withDatabase()

  const make = async () => {
    await database.empty()
    return subjectOf(database.knex())
  }

  mediaRepositoryContract(make)
  mediaChangesContract(make)
})

describe('knex media repository, with many files', () => {
  const database = withDatabase()
  before(() => seedManyMedia(database.knex(), 12_000))

  it('returns each file once, of which many were added in the same microsecond', async () => {
    const { media } = subjectOf(database.knex())
    const listed = await listAllMedia(media, { createdBefore: 1_700_000_000_000_000 + 150 })
    expect(new Set(listed.map(({ uid }) => uid)).size).to.equal(listed.length)
    expect(listed).to.have.length(600)
    const places = listed.map(({ createdAt, kind }) => `${createdAt} ${kind}`)
    expect(places).to.deep.equal([...places].sort().reverse())
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), async (limit) => {
        const few: Partial<MediaFilter> = { createdBefore: 1_700_000_000_000_000 + 10 }
        expect(await listAllMedia(media, few, limit)).to.deep.equal(listed.slice(-40))
      }),
      { numRuns: 5 },
    )
  })

  it('counts up to 10,000 files', async () => {
    const { media } = subjectOf(database.knex())
    const totalOf = async (filter: Partial<MediaFilter>) =>
      (await right(media.list({ ...anyMedia, ...filter }, 1, null))).total
    expect(await totalOf({})).to.equal(null)
    expect(await totalOf({ kind: 'image' })).to.equal(6000)
    expect(await totalOf({ search: 'file' })).to.equal(null)
    expect(await totalOf({ search: 'file 11' })).to.equal(1111)
  })

  it('finds the same files by trigrams and file by file', async () => {
    const { media } = subjectOf(database.knex())
    const common = await right(media.list({ ...anyMedia, search: 'FILE' }, 50, null))
    const newest = await right(media.list(anyMedia, 50, null))
    expect(common.items).to.deep.equal(newest.items)
    const rare = await listAllMedia(media, { search: 'file 119' }, 100)
    expect(rare.every(({ fileName }) => fileName.startsWith('File 119'))).to.equal(true)
    expect(rare).to.have.length(111)
  })
})
