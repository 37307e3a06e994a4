import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { createWriter } from '../../../src/adapters/fs/incoming-writer.ts'
import { createRunningHash } from '../../../src/adapters/fs/running-hash.ts'
import { left, right } from '../../support/expect-right.ts'
import { removeScratch, scratchFolder } from '../../support/scratch.ts'

describe('a writer of incoming bytes', () => {
  let file: FileHandle
  before(async () => {
    file = await open(join(await scratchFolder(), 'a'), 'w')
  })
  after(removeScratch)

  it('notes nothing more once bytes are missing in its hash', async () => {
    const hash = await createRunningHash(null)
    let updates = 0
    const forgetful: typeof hash = {
      ...hash,
      update: async (memory, length) => {
        updates += 1
        if (updates === 2) throw new Error('the update is lost')
        return hash.update(memory, length)
      },
    }
    const writer = createWriter(file, 0, forgetful)
    await right(() => writer.write(Buffer.alloc(5000)))
    expect((await right(writer.sync)).offset).to.equal(5000)
    await right(() => writer.write(Buffer.alloc(300_000)))
    expect((await left(writer.sync))._tag).to.equal('Unavailable')
    expect((await left(writer.sync))._tag).to.equal('Unavailable')
    await writer.close()
  })
})
