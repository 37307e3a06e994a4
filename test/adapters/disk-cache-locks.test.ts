import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlink, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createSignal } from '../../src/adapters/blob/signal.ts'
import { createLinkLock } from '../../src/adapters/disk/link-lock.ts'
import { isAlive, markOf, ourMark } from '../../src/adapters/disk/process-mark.ts'
import { startUpkeep } from '../../src/adapters/disk/upkeep.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('marks of processes', () => {
  it('tell a process that lives from one that has gone', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    const mark = markOf(child.pid ?? 0) ?? ''
    expect(isAlive(mark)).to.equal(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(mark)).to.equal(false)
  })

  it('tell a process from a later one with the same number', () => {
    expect(isAlive(ourMark)).to.equal(true)
    expect(isAlive(`${process.pid}-12345`)).to.equal(false)
  })

  it('take what is no mark for no process', () => {
    for (const text of ['', '-', 'x', `${process.pid}`, '1-', '../../etc/passwd']) {
      expect(isAlive(text), text).to.equal(false)
    }
  })
})

describe('a lock by a link', () => {
  after(removeScratch)

  const lockIn = async () => {
    const path = join(await scratchFolder(), 'lock')
    return { path, lock: createLinkLock(path, (says) => says) }
  }

  it('is had by one at a time, and says by whom', async () => {
    const { lock } = await lockIn()
    expect(await lock.take(ourMark)).to.equal(null)
    expect(await lock.take(ourMark)).to.equal(ourMark)
    await lock.release(ourMark)
    expect(await lock.take(ourMark)).to.equal(null)
  })

  it('is taken over from a process that has gone', async () => {
    const { path, lock } = await lockIn()
    await symlink('999999999-1', path)
    expect(await lock.take(ourMark)).to.equal(null)
    expect(await readlink(path)).to.equal(ourMark)
  })

  it('is not given back by one who does not have it any more', async () => {
    const { path, lock } = await lockIn()
    await lock.take(ourMark)
    await lock.release('somebody else')
    expect(await readlink(path)).to.equal(ourMark)
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
    await symlink(markOf(process.ppid) ?? '', lockPath)
    let count = 0
    const upkeep = startUpkeep({
      lockPath,
      everyMs: 1000,
      round: async () => count++,
      onFailure: noFailure,
    })
    await upkeep.stop()
    expect(count).to.equal(0)
    expect(await readlink(lockPath)).to.equal(markOf(process.ppid))
  })

  it('goes on after a round that failed', async () => {
    const failures: unknown[] = []
    const second = createSignal()
    const isSecond = second.next()
    let count = 0
    const upkeep = startUpkeep({
      lockPath: join(await scratchFolder(), 'lock'),
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
})
