import { expect } from 'chai'
import type { Database } from '../../src/ports/database.ts'
import { left, right } from '../support/expect-right.ts'

/** What every Database promises. `make` gives `count` of them, as many processes have, to one with no tables. */
export const databaseContract = (make: (count: number) => Promise<ReadonlyArray<Database>>): void => {
  const one = async (): Promise<Database> => {
    const [database] = await make(1)
    if (database === undefined) throw new Error('none was made')
    return database
  }

  it('finds fault with a database that has no tables', async () => {
    const database = await one()
    expect(await left(database.check)).to.include({ _tag: 'Unavailable', dependency: 'database' })
  })

  it('has nothing to find fault with once it has migrated, be it twice', async () => {
    const database = await one()
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
