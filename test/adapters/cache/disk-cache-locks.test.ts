import { readdir, readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createSignal } from '../../../src/adapters/cache/blobs/signal.ts'
import { cacheFolders } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { createLinkLock } from '../../../src/adapters/cache/disk/link-lock.ts'
import { openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { startUpkeep } from '../../../src/adapters/cache/disk/upkeep.ts'
import { noBeacon } from '../../../src/adapters/platform/process-beacon.ts'
import { identityOf, ourIdentity, stateOf } from '../../../src/adapters/platform/process-identity.ts'
import { silent } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('a lock by a link', () => {
  after(removeScratch)

  const lockIn = async () => {
    const path = join(await scratchFolder(), 'lock')
    return { path, lock: createLinkLock(path, (says) => says, stateOf) }
  }

  it('is had by one at a time, and says by whom', async () => {
    const { lock } = await lockIn()
    expect(await lock.take(ourIdentity)).to.equal(null)
    expect(await lock.take(ourIdentity)).to.equal(ourIdentity)
    await lock.release(ourIdentity)
    expect(await lock.take(ourIdentity)).to.equal(null)
  })

  it('is taken over from a process that has gone', async () => {
    const { path, lock } = await lockIn()
    await symlink(ourIdentity.replace(/\d+$/, '1'), path)
    expect(await lock.take(ourIdentity)).to.equal(null)
    expect(await readlink(path)).to.equal(ourIdentity)
  })

  it('[V26] is taken over from a process that is unknown, as after a restart of the machine', async () => {
    const { path, lock } = await lockIn()
    await symlink(`0123456789ab-${ourIdentity.split('-').slice(1).join('-')}`, path)
    expect(await lock.take(ourIdentity)).to.equal(null)
    expect(await readlink(path)).to.equal(ourIdentity)
  })

  it('is not given back by one who does not have it any more', async () => {
    const { path, lock } = await lockIn()
    await lock.take(ourIdentity)
    await lock.release('somebody else')
    expect(await readlink(path)).to.equal(ourIdentity)
  })
})

describe('upkeep', () => {
  after(removeScratch)

  const noFailure = (cause: unknown) => {
    throw cause
  }

  it('comes round again and again until it is stopped', async () => {
    const lockPath = join(await scratchFolder(), 'lock')
    let count = 0
    const third = createSignal()
    const isThird = third.next()
    const upkeep = startUpkeep({
      lockPath,
      beacon: noBeacon,
      everyMs: 1,
      round: async () => {
        if (++count === 3) third.tell()
      },
      onFailure: noFailure,
    })
    await isThird
    await upkeep.stop()
    const ended = count
    await new Promise((resolve) => setImmediate(resolve))
    expect(count).to.equal(ended)
  })

  it('is left to the process that does it already', async () => {
    const lockPath = join(await scratchFolder(), 'lock')
    await symlink(identityOf(process.ppid) ?? '', lockPath)
    let count = 0
    const upkeep = startUpkeep({
      lockPath,
      beacon: noBeacon,
      everyMs: 1000,
      round: async () => count++,
      onFailure: noFailure,
    })
    await upkeep.stop()
    expect(count).to.equal(0)
    expect(await readlink(lockPath)).to.equal(identityOf(process.ppid))
  })

  it('goes on after a round that failed', async () => {
    const failures: unknown[] = []
    const second = createSignal()
    const isSecond = second.next()
    let count = 0
    const upkeep = startUpkeep({
      lockPath: join(await scratchFolder(), 'lock'),
      beacon: noBeacon,
      everyMs: 1,
      round: async () => {
        if (++count === 1) throw new Error('once')
        second.tell()
      },
      onFailure: (cause) => failures.push(cause),
    })
    await isSecond
    await upkeep.stop()
    expect(failures).to.have.length(1)
  })

  it('[M5] is held by a process that other containers can see', async () => {
    const dir = await scratchFolder()
    const cache = await openDiskCache({ dir, clock: Date.now, log: silent, scope: '', maxBytes: 2 ** 20 })
    const { upkeepLock, processes } = cacheFolders(dir)
    while ((await readlink(upkeepLock).catch(() => null)) === null)
      await new Promise((resolve) => setImmediate(resolve))
    expect(await readdir(processes).catch(() => [])).to.deep.equal([await readlink(upkeepLock)])
    await cache.close()
    expect(await readdir(processes)).to.deep.equal([])
  })
})
