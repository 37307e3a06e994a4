import { mkdir, rm, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { openBusPositionFile } from '../../../src/adapters/cache/disk/bus-position-file.ts'
import { cacheFolders } from '../../../src/adapters/cache/disk/cache-folders.ts'
import {
  createMemoryBusPositions,
  type StoredPosition,
} from '../../../src/adapters/memory/memory-bus-positions.ts'
import { busPositionsContract } from '../../contracts/bus-positions.contract.ts'
import { left, right } from '../../support/expect-right.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

const noFlush = async () => undefined

describe('bus positions in memory', () => {
  busPositionsContract(async () => {
    const stored: StoredPosition = { current: null }
    return async () => createMemoryBusPositions(stored)
  })
})

describe('bus positions on disk', () => {
  after(removeScratch)

  busPositionsContract(async () => {
    const folders = cacheFolders(await scratchFolder())
    return () => openBusPositionFile(folders, noFlush)
  })

  it('count as none if the file is damaged', async () => {
    const folders = cacheFolders(await scratchFolder())
    for (const text of ['', '{', '{"position":{}}', '[]']) {
      await writeFile(folders.busPosition, text)
      expect((await openBusPositionFile(folders, noFlush)).initial).to.equal(null)
    }
  })

  it('are saved only after what they cover is on the disk', async () => {
    const folders = cacheFolders(await scratchFolder())
    const position = { snapshot: '1:1:', newest: { id: 1, xid: '1', createdAt: '' } }
    let storedAtFlush: unknown
    const positions = await openBusPositionFile(folders, async () => {
      storedAtFlush = (await openBusPositionFile(folders, noFlush)).initial
    })
    await right(positions.save({ position, reachedAt: 0 }))
    expect(storedAtFlush).to.equal(null)
    const failing = await openBusPositionFile(folders, () => Promise.reject(new Error('EIO')))
    await left(failing.save({ position, reachedAt: 1 }))
    expect((await openBusPositionFile(folders, noFlush)).initial).to.deep.equal({ position, reachedAt: 0 })
  })

  it('fail with Unavailable if the folder cannot be written to', async () => {
    const folders = cacheFolders(await scratchFolder())
    const positions = await openBusPositionFile(folders, noFlush)
    await mkdir(folders.busPosition)
    const position = { snapshot: '1:1:', newest: { id: 1, xid: '1', createdAt: '' } }
    expect(await left(positions.save({ position, reachedAt: 0 }))).to.include({ _tag: 'Unavailable' })
    await rm(folders.busPosition, { recursive: true })
  })
})
