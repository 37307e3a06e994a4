import { type FileHandle, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  chunkBytes,
  createChunkDigests,
  digestBytes,
} from '../../../../src/adapters/cache/disk/chunk-digests.ts'
import {
  createChunkVerification,
  fileVersionOf,
} from '../../../../src/adapters/cache/disk/verified-chunks.ts'
import { createVerifiedFileReader } from '../../../../src/adapters/cache/disk/verified-file.ts'
import { asMonotonic } from '../../../support/as-monotonic.ts'
import { pseudoRandomBytes } from '../../../support/origins.ts'
import { removeScratch, scratchFolder } from '../../../support/scratch.ts'

const bytes = pseudoRandomBytes(2 * chunkBytes + 12_345)

const digestsIn = (pieces: ReadonlyArray<Uint8Array>): Buffer => {
  const digests = createChunkDigests()
  for (const piece of pieces) digests.update(piece)
  return digests.end()
}

describe('[V22] verified chunks', () => {
  after(removeScratch)

  it('have the same digests for any split of their bytes', () => {
    const whole = digestsIn([bytes])
    expect(whole.length).to.equal(3 * digestBytes)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 21 }), { maxLength: 10 }), (lengths) => {
        const pieces: Uint8Array[] = []
        let start = 0
        for (const length of lengths) {
          pieces.push(bytes.subarray(start, start + length))
          start += length
        }
        expect(digestsIn([...pieces, bytes.subarray(start)]).equals(whole)).to.equal(true)
      }),
      { numRuns: 20 },
    )
  })

  it('are trusted for a minute, unless the file has changed', () => {
    let now = 1000
    const trust = createChunkVerification(asMonotonic(() => now))
    const trustOf = (stamp: string | null) => trust.of('file', stamp, 2)
    return trustOf('one')
      .verify(1, async () => undefined)
      .then(() => {
        expect([trustOf('one').has(0), trustOf('one').has(1)]).to.deep.equal([false, true])
        expect(trust.isVerified('file', 'one', 60_000)).to.equal(false)
        now += 59_999
        expect(trustOf('one').has(1)).to.equal(true)
        now += 1
        expect(trustOf('one').has(1)).to.equal(false)
        now -= 1
        expect(trustOf(null).has(1)).to.equal(false)
        expect(trustOf('two').has(1)).to.equal(false)
        expect(trustOf('one').has(1)).to.equal(false)
      })
  })

  it('are not trusted if the file has just been written, because its timestamp may not change again', () => {
    const now = 1_000_000
    const ago = (ms: number) => ({ ino: 1, ctimeMs: now - ms, mtimeMs: 0 })
    expect(fileVersionOf(ago(0), now)).to.equal(null)
    expect(fileVersionOf(ago(1000), now)).not.to.equal(null)
  })

  const trials: Readonly<Record<string, (file: FileHandle) => FileHandle['read']>> = {
    'that the disk cannot read (EIO)': () => async () => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' })
    },
    'with another byte': (file) =>
      (async (buffer: Uint8Array, offset: number, length: number, position: number) => {
        const read = await file.read(buffer, offset, length, position)
        if (position >= chunkBytes) buffer[offset] = (buffer[offset] ?? 0) ^ 1
        return read
      }) as FileHandle['read'],
  }
  for (const [what, readOf] of Object.entries(trials))
    it(`return no bytes of a chunk ${what}, and report it first`, async () => {
      const path = join(await scratchFolder(), 'blob')
      await writeFile(path, bytes)
      const file = await open(path, 'r')
      const events: string[] = []
      const verified = createVerifiedFileReader({
        opened: {
          file: { read: readOf(file) } as FileHandle,
          ino: 1,
          stamp: null,
          close: () => file.close(),
        },
        size: bytes.length,
        digests: digestsIn([bytes]),
        trusted: createChunkVerification(asMonotonic(() => 0)).of(path, null, 3),
        onWrongBytes: async () => {
          events.push('bad')
        },
      })
      const failure = await verified.read(chunkBytes + 10, chunkBytes + 20).then(
        () => 'given',
        () => events.push('thrown'),
      )
      expect(failure).to.equal(2)
      expect(events).to.deep.equal(['bad', 'thrown'])
      await verified.close()
    })

  it('are not bad when a reader cancels during verification, and are verified for the other readers', async () => {
    const path = join(await scratchFolder(), 'blob')
    await writeFile(path, bytes)
    const trusted = createChunkVerification(asMonotonic(() => 0)).of(path, null, 3)
    const events: string[] = []
    let resume = () => {}
    const gate = new Promise<void>((resolve) => {
      resume = resolve
    })
    const reader = async (name: string, isDelayed: boolean) => {
      const file = await open(path, 'r')
      const read = async (...args: Parameters<FileHandle['read']>) => {
        if (isDelayed) await gate
        return file.read(...args)
      }
      return createVerifiedFileReader({
        opened: {
          file: { read } as FileHandle,
          ino: 1,
          stamp: null,
          close: async () => {
            events.push(`${name} closed`)
            await file.close()
          },
        },
        size: bytes.length,
        digests: digestsIn([bytes]),
        trusted,
        onWrongBytes: async (cause) => {
          events.push(`bad: ${cause}`)
        },
      })
    }
    const [first, second] = [await reader('first', true), await reader('second', false)]
    const [cancelled, waiting] = [first.read(10, 20), second.read(30, 40)]
    await first.close()
    expect(events).to.deep.equal([])
    resume()
    expect(Buffer.from(await waiting).equals(bytes.subarray(30, 40))).to.equal(true)
    expect(Buffer.from(await cancelled).equals(bytes.subarray(10, 20))).to.equal(true)
    await second.close()
    expect(events).to.deep.equal(['first closed', 'second closed'])
  })

  it('are not bad when a read fails for a reason other than the disk', async () => {
    const path = join(await scratchFolder(), 'blob')
    await writeFile(path, bytes)
    const events: unknown[] = []
    const read: FileHandle['read'] = async () => {
      throw Object.assign(new Error('ENOMEM: not enough memory, read'), { code: 'ENOMEM' })
    }
    const verified = createVerifiedFileReader({
      opened: { file: { read } as FileHandle, ino: 1, stamp: null, close: async () => undefined },
      size: bytes.length,
      digests: digestsIn([bytes]),
      trusted: createChunkVerification(asMonotonic(() => 0)).of(path, null, 3),
      onWrongBytes: async (cause) => {
        events.push(cause)
      },
    })
    expect(await verified.read(0, 10).catch(String)).to.include('ENOMEM')
    expect(events).to.deep.equal([])
  })
})
