import { expect } from 'chai'
import { createKnexMediaRepository } from '../../../src/adapters/knex/knex-media-repository.ts'
import { selectNewestPlaces, selectPlaces } from '../../../src/adapters/knex/media-list-statements.ts'
import type { MediaFilter, MediaPosition } from '../../../src/ports/media-repository.ts'
import { right } from '../../support/expect-right.ts'
import { seedManyMedia } from '../../support/many-media.ts'
import { anyMedia } from '../../support/media-filters.ts'
import { withDatabase } from '../../support/postgres.ts'

const few = 1000
const many = 100_000

/** A query as knex reports it. */
type Sent = { readonly sql: string; readonly bindings: ReadonlyArray<unknown> }

type Plan = Readonly<Record<string, unknown>>

/** Returns the number of rows that the steps of a plan return to each other, and of those that they leave out. */
const rowsOf = (plan: Plan): number => {
  const steps = (plan.Plans ?? []) as ReadonlyArray<Plan>
  const own = Number(plan['Actual Rows']) + Number(plan['Rows Removed by Filter'] ?? 0)
  return own * Number(plan['Actual Loops']) + steps.reduce((sum, step) => sum + rowsOf(step), 0)
}

const pagesOf = (plan: Plan): number => Number(plan['Shared Hit Blocks']) + Number(plan['Shared Read Blocks'])

describe('the plans of the list of files', () => {
  const small = withDatabase()
  const large = withDatabase()
  before(async () => {
    await seedManyMedia(small.knex(), few)
    await seedManyMedia(large.knex(), many)
  })

  /** Lists files, and returns the number of pages of tables and indexes that PostgreSQL reads for that. */
  const measure = async (
    database: typeof small,
    filter: Partial<MediaFilter>,
    after: MediaPosition | null,
  ) => {
    const db = database.knex()
    const sent: Sent[] = []
    const record = (query: Sent) => sent.push(query)
    db.on('query', record)
    const page = await right(createKnexMediaRepository(db).list({ ...anyMedia, ...filter }, 50, after))
    db.removeListener('query', record)
    let pages = 0
    let rows = 0
    for (const { sql, bindings } of sent) {
      const text = sql.replace(/\$\d+/g, '?')
      const { rows: lines } = await db.raw(`explain (analyze, buffers, format json) ${text}`, [
        ...bindings,
      ] as string[])
      const [explained] = lines[0]['QUERY PLAN'] as ReadonlyArray<{ readonly Plan: Plan }>
      const plan = explained?.Plan ?? {}
      pages += pagesOf(plan)
      rows += rowsOf(plan)
    }
    return { page, pages, rows }
  }

  const middle = (count: number): MediaPosition => ({
    createdAt: 1_700_000_000_000_000 + count / 8,
    kind: 'image',
    id: count / 4,
  })

  it('read hardly more of a hundred times as many files, and never a whole table', async () => {
    const cases: ReadonlyArray<readonly [Partial<MediaFilter>, from?: (count: number) => MediaPosition]> = [
      [{}],
      [{}, middle],
      [{ kind: 'content' }, middle],
      [{ isPublic: true }],
      [{ isPublic: true }, middle],
      [{ state: 'failed' }],
      [{ state: 'ready' }, middle],
      [{ isOutdated: true }],
      [{ search: 'file 123.' }],
      [{ search: 'ile 12', createdBefore: 1_700_000_000_000_250 }],
      [{ search: 'file' }],
      [{ search: 'file' }, middle],
      [{ search: '.jpg', isPublic: true }],
      [{ search: 'file', state: 'failed' }],
      [{ search: 'no such file' }],
      [{ search: 'if_124' }],
      [{ createdAfter: 1_700_000_000_000_000, createdBefore: 1_700_000_000_000_100 }],
    ]
    for (const [filter, from] of cases) {
      const name = JSON.stringify([filter, from !== undefined])
      const before = await measure(small, filter, from?.(few) ?? null)
      const after = await measure(large, filter, from?.(many) ?? null)
      expect(before.pages, name).to.be.above(0)
      // Either table has some 1,600 pages. Up to 10,000 files are counted, wherever they are.
      const counted = after.page.total ?? 0
      expect(after.pages, name).to.be.below(before.pages + 1000 + counted)
      // A count passes 10,001 rows through four steps of its plan.
      expect(after.rows, name).to.be.below(50_000)
    }
  })

  it('read no file of the other kind, however many files are in the trash', async () => {
    const db = large.knex()
    for (const [isDeleted, index] of [
      [false, 'kept'],
      [true, 'deleted'],
    ] as const)
      for (const kind of ['image', 'content'] as const) {
        const given = { kind, filter: { ...anyMedia, isDeleted }, limit: 50, after: null }
        for (const { sql, values } of [selectPlaces(given), selectNewestPlaces(given, 'file')]) {
          const { rows } = await db.raw(`explain ${sql}`, [...values] as string[])
          expect(JSON.stringify(rows), kind).to.include(`${kind}_files_${index}`)
        }
      }
  })

  it('find the same files where a text is common, and where it was common before', async () => {
    const db = large.knex()
    const media = createKnexMediaRepository(db)
    const list = (filter: Partial<MediaFilter>, after: MediaPosition | null) =>
      right(media.list({ ...anyMedia, ...filter }, 50, after))
    for (const filter of [{}, { kind: 'image' as const }, { isPublic: true }])
      for (const after of [null, middle(many)]) {
        const found = await list({ ...filter, search: 'FILE' }, after)
        const listed = await list(filter, after)
        expect(found).to.deep.equal(listed)
      }
    // PostgreSQL's statistics are those of the former names. A statement for all files could take longer than it may.
    const { rows } = await db.raw(`select min(id) + 4000 as first, max(id) as last from image_files`)
    for (let id = Number(rows[0].first); id < Number(rows[0].last); id += 5000)
      await db.raw(`update image_files set name = 'x' || id where id > :id and id <= :id + 5000`, { id })
    const { items, total } = await list({ kind: 'image', search: 'file' }, null)
    expect([items[0]?.uid, items.length, total]).to.deep.equal(['if_8000', 50, 4001])
  })
})
