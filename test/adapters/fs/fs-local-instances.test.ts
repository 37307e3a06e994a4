import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createFsLocalInstances } from '../../../src/adapters/fs/fs-local-instances.ts'
import {
  createMemoryLocalInstances,
  type MemoryNotes,
} from '../../../src/adapters/memory/memory-local-instances.ts'
import type { ProcessIdentity } from '../../../src/adapters/platform/process-identity.ts'
import { localProcessLiveness } from '../../../src/adapters/platform/process-liveness.ts'
import { localInstancesContract } from '../../contracts/local-instances.contract.ts'
import { right } from '../../support/expect-right.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('notes of instances in memory', () => {
  localInstancesContract(async () => {
    const notes: MemoryNotes = new Map()
    return () => {
      let isAlive = true
      const kill = () => {
        isAlive = false
      }
      return { notes: createMemoryLocalInstances(notes, () => isAlive), kill }
    }
  })
})

describe('notes of instances on disk', () => {
  after(removeScratch)

  localInstancesContract(async () => {
    const folder = join(await scratchFolder(), 'instances')
    const killed = new Set<ProcessIdentity>()
    let started = 0
    return () => {
      started += 1
      const identity = `0123456789ab-1-${started}-1`
      const announce = async () => ({ identity, release: () => undefined })
      const stateOf = (other: ProcessIdentity) => (killed.has(other) ? 'gone' : 'alive')
      const kill = () => killed.add(identity)
      return { notes: createFsLocalInstances(folder, { announce, stateOf }), kill }
    }
  })

  it('of a process of another machine or boot are kept for a day, and never listed', async () => {
    const folder = await scratchFolder()
    const path = join(folder, '0123456789ab-1-2-3.ins_1')
    await writeFile(path, '')
    await writeFile(join(folder, 'no note'), '')
    const notes = createFsLocalInstances(folder, localProcessLiveness)
    expect(await right(notes.listEnded)).to.deep.equal([])
    expect(await readdir(folder)).to.have.length(2)
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400
    await utimes(path, twoDaysAgo, twoDaysAgo)
    expect(await right(notes.listEnded)).to.deep.equal([])
    expect(await readdir(folder)).to.deep.equal(['no note'])
  })
})
