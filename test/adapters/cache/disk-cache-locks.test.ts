import { readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createCondition } from '../../../src/adapters/cache/blobs/condition.ts'
import { cacheFolders } from '../../../src/adapters/cache/disk/cache-folders.ts'
import { acquireFillLock } from '../../../src/adapters/cache/disk/fill-lock.ts'
import { createSymlinkLock } from '../../../src/adapters/cache/disk/link-lock.ts'
import { startMaintenance } from '../../../src/adapters/cache/disk/maintenance.ts'
import { openDiskCache } from '../../../src/adapters/cache/disk/open-disk-cache.ts'
import { createSharedFileReader } from '../../../src/adapters/cache/disk/shared-file-reader.ts'
import {
  currentProcessIdentity,
  processIdentityOf,
  processStateOf,
} from '../../../src/adapters/platform/process-identity.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { silentLog } from '../../support/recording-log.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('a lock by a symbolic link', () => {
  after(removeScratch)

  const lockIn = async () => {
    const path = join(await scratchFolder(), 'lock')
    return { path, lock: createSymlinkLock(path, (content) => content, processStateOf) }
  }

  it('is held by one process at a time, and returns the holder', async () => {
    const { lock } = await lockIn()
    expect(await lock.take(currentProcessIdentity)).to.equal(null)
    expect(await lock.take(currentProcessIdentity)).to.equal(currentProcessIdentity)
    await lock.release(currentProcessIdentity)
    expect(await lock.take(currentProcessIdentity)).to.equal(null)
  })

  it('is taken over from a process that has exited', async () => {
    const { path, lock } = await lockIn()
    await symlink(currentProcessIdentity.replace(/\d+$/, '1'), path)
    expect(await lock.take(currentProcessIdentity)).to.equal(null)
    expect(await readlink(path)).to.equal(currentProcessIdentity)
  })

  it('[V26] is taken over from an unknown process, as after a reboot', async () => {
    const { path, lock } = await lockIn()
    await symlink(`0123456789ab-${currentProcessIdentity.split('-').slice(1).join('-')}`, path)
    expect(await lock.take(currentProcessIdentity)).to.equal(null)
    expect(await readlink(path)).to.equal(currentProcessIdentity)
  })

  it('is not released by a process that no longer holds it', async () => {
    const { path, lock } = await lockIn()
    await lock.take(currentProcessIdentity)
    await lock.release('another process')
    expect(await readlink(path)).to.equal(currentProcessIdentity)
  })
})

describe('the fill of another process', () => {
  after(removeScratch)
  const id = 'a'.repeat(64)
  const writer = processIdentityOf(process.ppid) ?? ''

  const follow = async () => {
    const fills = await scratchFolder()
    const [lockPath, part] = [join(fills, `${id}.lock`), `${id}.${writer}.1.part`]
    await symlink(part, lockPath)
    const lock = await acquireFillLock(fills, id, 1, localProcessLiveness)
    if (lock.by === 'us') throw new Error('the lock was taken over from a process that is alive')
    const [temporary, final] = [join(fills, lock.part), join(fills, 'final')]
    const bytes = createSharedFileReader({
      temporary,
      final,
      size: 5,
      isWriterAlive: () => true,
      isFilling: lock.isHeld,
    })
    return { lockPath, temporary, bytes }
  }

  it('is over if it ended before its file was opened, so that no reader waits for it', async () => {
    const { lockPath, bytes } = await follow()
    await rm(lockPath)
    expect(await bytes.progress()).to.deep.equal({ reached: 0, state: 'lost' })
  })

  it('is awaited while its lock is held and its file is not there yet', async () => {
    const { temporary, bytes } = await follow()
    const progress = bytes.progress()
    await writeFile(temporary, 'abc')
    expect(await progress).to.deep.equal({ reached: 3, state: 'growing' })
    await bytes.close()
  })
})

describe('maintenance', () => {
  after(removeScratch)

  const noFailure = (cause: unknown) => {
    throw cause
  }

  it('runs repeatedly until it is stopped', async () => {
    const lockPath = join(await scratchFolder(), 'lock')
    let count = 0
    const third = createCondition()
    const isThird = third.next()
    const maintenance = startMaintenance({
      lockPath,
      liveness: localProcessLiveness,
      everyMs: 1,
      round: async () => {
        if (++count === 3) third.notify()
      },
      onFailure: noFailure,
    })
    await isThird
    await maintenance.stop()
    const ended = count
    await new Promise((resolve) => setImmediate(resolve))
    expect(count).to.equal(ended)
  })

  it('does not run while another process runs it', async () => {
    const lockPath = join(await scratchFolder(), 'lock')
    await symlink(processIdentityOf(process.ppid) ?? '', lockPath)
    let count = 0
    const maintenance = startMaintenance({
      lockPath,
      liveness: localProcessLiveness,
      everyMs: 1000,
      round: async () => count++,
      onFailure: noFailure,
    })
    await maintenance.stop()
    expect(count).to.equal(0)
    expect(await readlink(lockPath)).to.equal(processIdentityOf(process.ppid))
  })

  it('continues after a failed round', async () => {
    const failures: unknown[] = []
    const second = createCondition()
    const isSecond = second.next()
    let count = 0
    const maintenance = startMaintenance({
      lockPath: join(await scratchFolder(), 'lock'),
      liveness: localProcessLiveness,
      everyMs: 1,
      round: async () => {
        if (++count === 1) throw new Error('once')
        second.notify()
      },
      onFailure: (cause) => failures.push(cause),
    })
    await isSecond
    await maintenance.stop()
    expect(failures).to.have.length(1)
  })

  it('[M5] locks with a process identity that other containers can check', async () => {
    const dir = await scratchFolder()
    const cache = await openDiskCache({ dir, clock: Date.now, log: silentLog, scope: '', maxBytes: 2 ** 20 })
    const { maintenanceLock, processes } = cacheFolders(dir)
    while ((await readlink(maintenanceLock).catch(() => null)) === null)
      await new Promise((resolve) => setImmediate(resolve))
    expect(await readdir(processes).catch(() => [])).to.deep.equal([await readlink(maintenanceLock)])
    await cache.close()
    expect(await readdir(processes)).to.deep.equal([])
  })
})
