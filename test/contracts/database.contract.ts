import { expect } from 'chai'
import type { Database } from '../../src/ports/database.ts'
import { left, right } from '../support/expect-right.ts'

/** What every Database promises. `make` connects `count` of them, like processes, to one empty database. */
export const databaseContract = (make: (count: number) => Promise<ReadonlyArray<Database>>): void => {
  const connectOne = async (): Promise<Database> => {
    const [database] = await make(1)
    if (database === undefined) throw new Error('make returned no database')
    return database
  }

  it('fails its check while the database has no tables', async () => {
    const database = await connectOne()
    expect(await left(database.check)).to.include({ _tag: 'Unavailable', dependency: 'database' })
  })

  it('passes its check after one migration, and after a second', async () => {
    const database = await connectOne()
    await right(database.migrate)
    await right(database.check)
    await right(database.migrate)
    await right(database.check)
  })

  it('migrates in five processes at once', async () => {
    const databases = await make(5)
    await Promise.all(databases.map((database) => right(database.migrate)))
    for (const database of databases) await right(database.check)
  })
}
