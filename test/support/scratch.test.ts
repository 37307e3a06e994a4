import { spawn } from 'node:child_process'
import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { openLibraryDatabase } from './library-database.ts'
import { commandsContaining, pollUntilTrue } from './processes.ts'
import { registerWriter, removeScratch, scratchFolder } from './scratch.ts'

describe('removeScratch', () => {
  const isThere = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )

  it('waits for the embedded PostgreSQL of a folder, which outlives its last user', async () => {
    const folder = await scratchFolder()
    const { db, close } = await openLibraryDatabase(join(folder, 'data'))
    await db.raw('create table a as select generate_series(1, 100000) as n')
    await close()
    await removeScratch()
    expect(await commandsContaining(folder)).to.deep.equal([])
    expect(await isThere(folder)).to.equal(false)
  })

  it('ends what a failed test has left connected to a PostgreSQL in the folder', async () => {
    const folder = await scratchFolder()
    await openLibraryDatabase(folder)
    await removeScratch()
    expect(await commandsContaining(folder)).to.deep.equal([])
    expect(await isThere(folder)).to.equal(false)
  })

  it('ends a process that still writes there', async () => {
    const folder = await scratchFolder()
    const program = 'i=0; while :; do : >"$0/$i"; i=$((i + 1)); done'
    const child = spawn('/bin/sh', ['-c', program, folder], { stdio: 'ignore' })
    const closed = new Promise((resolve) => child.once('close', resolve))
    registerWriter({
      paths: [join(folder, 'data')],
      end: () => {
        child.kill('SIGKILL')
        return closed
      },
    })
    await pollUntilTrue(async () => (await readdir(folder)).length > 0)
    await removeScratch()
    expect(child.signalCode).to.equal('SIGKILL')
    expect(await isThere(folder)).to.equal(false)
  })
})
