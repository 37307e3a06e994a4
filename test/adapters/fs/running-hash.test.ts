import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { createRunningHash, startHashThread } from '../../../src/adapters/fs/running-hash.ts'

describe('a hash that runs in a thread', () => {
  it('takes updates that do not wait for each other, beside others, and gives their memory back', async () => {
    const bytes = Array.from({ length: 20 }, (_, n) => randomBytes(1000 * n))
    const digestOf = async (pieces: ReadonlyArray<Buffer>): Promise<string> => {
      const hash = await createRunningHash(null)
      const updates = pieces.map((piece) => {
        const { buffer } = new Uint8Array(20_000)
        new Uint8Array(buffer).set(piece)
        return hash.update(buffer, piece.length)
      })
      const digest = hash.digest()
      for (const memory of await Promise.all(updates)) expect(memory.byteLength).to.equal(20_000)
      return digest
    }
    const reversed = bytes.toReversed()
    const [forth, back] = await Promise.all([digestOf(bytes), digestOf(reversed)])
    expect(forth).to.equal(createHash('sha512').update(Buffer.concat(bytes)).digest('hex'))
    expect(back).to.equal(createHash('sha512').update(Buffer.concat(reversed)).digest('hex'))
  })

  it('fails when its thread ends, also if it is asked later', async () => {
    let ends = 0
    const thread = startHashThread(() => {
      ends += 1
    }, new URL('data:text/javascript,process.exit(3)'))
    const failure = (asked: Promise<unknown>) => asked.then(() => null, String)
    expect(await failure(thread.ask({ does: 'save', hash: 1 }))).to.contain('has ended')
    expect(await failure(thread.ask({ does: 'save', hash: 1 }))).to.contain('has ended')
    expect(ends).to.equal(1)
  })
})
