import { join } from 'node:path'
import { createKnex } from '../../src/adapters/knex/create-knex.ts'
import { createEmbeddedConnection } from '../../src/adapters/postgres-embedded/embedded-connection.ts'
import { encodeMediaCursor } from '../../src/http/request/media-cursor.ts'
import { seedManyMedia } from '../../test/support/many-media.ts'
import { anyMedia } from '../../test/support/media-filters.ts'
import type { Lab } from '../larder/lab.ts'
import { createLibraryWithAdmin } from '../larder/library-with-admin.ts'
import type { Peer } from '../peers/peer.ts'
import { compare } from './compare.ts'
import type { Figure, Finding, Settings } from './figure.ts'

const few = 1000
const filesPerPage = 50

/** Minimum throughput with many files, as a multiple of that with few. */
const goal = 1 / 1.3

type Library = { readonly count: number; readonly larder: Peer; readonly headers: Record<string, string> }

/** Starts a server on a library of its own, with `count` files. */
const startWith = async ({ folder, start }: Lab, count: number): Promise<Library> => {
  const dataDir = join(folder, `library-of-${count}`)
  const jwt = await createLibraryWithAdmin(dataDir)
  const embedded = createEmbeddedConnection(join(dataDir, 'postgres'))
  await embedded.get()
  const db = createKnex(embedded.get, 1)
  await db.raw('set statement_timeout = 0')
  await seedManyMedia(db, count)
  await db.destroy()
  const larder = await start({ DATA_DIR: dataDir })
  await embedded.stop()
  return { count, larder, headers: { Authorization: `bearer ${jwt}` } }
}

/** Returns the cursor of a page in the middle of the library: the 10,000th of a million files. */
const middleOf = ({ count }: Library, search: string | null = null): string =>
  encodeMediaCursor(
    { createdAt: 1_700_000_000_000_000 + Math.floor(count / 8), kind: 'image', id: Number.MAX_SAFE_INTEGER },
    { ...anyMedia, search },
  )

/** Requests by name. All search for the same texts in both libraries. */
const requests: ReadonlyArray<readonly [work: string, pathOf: (library: Library) => string]> = [
  ['the first page of all files', () => ''],
  ['a page in the middle', (library) => `after=${middleOf(library)}`],
  ['one file, by its name', () => 'q=file%20123.'],
  ['ten files, by a part of their names', () => 'q=ile%2012&created_before=2023-11-14T22:13:20.00025Z'],
  ['a tenth of a percent of the files, by a part of their names', () => 'q=file%20123'],
  ['one percent of the files, by a part of their names', () => 'q=file%2012'],
  ['no file', () => 'q=nothing%20of%20that'],
  ['a text in every name', () => 'q=file'],
  ['a text in every name, a page in the middle', (library) => `q=file&after=${middleOf(library, 'file')}`],
  ['a text in every second name', () => 'q=.jpg'],
  ['a text in every name, of public files', () => 'q=file&public=1'],
  ['a text in every name, of failed files', () => 'q=file&state=failed'],
  ['public files', () => 'public=1'],
  ['failed files', () => 'state=failed'],
]

const run = async (lab: Lab, settings: Settings, many: number): Promise<ReadonlyArray<Finding>> => {
  const libraries = [await startWith(lab, many), await startWith(lab, few)]
  const findings: Finding[] = []
  for (const [work, queryOf] of requests)
    findings.push(
      ...(await compare(
        work,
        libraries.map((library) => ({
          name: `${library.count} files`,
          origin: library.larder.origin,
          pid: library.larder.pid,
          paths: [`/api/1/admin/media?limit=${filesPerPage}&${queryOf(library)}`],
          headers: library.headers,
        })),
        settings,
        { [`${few} files`]: goal },
      )),
    )
  return findings
}

/** Lists of a library of a million files, compared with those of a thousand. */
export const p6Library: Figure = {
  id: 'P6',
  title: 'the list of a million files',
  needs: [],
  // Each request takes the database some milliseconds, so a few clients keep both processors busy.
  run: async ({ lab, settings, smoke }) =>
    run(
      await lab(),
      { ...settings, connections: Math.min(settings.connections, 4) },
      smoke ? 4000 : 1_000_000,
    ),
}
