import { readFile, rm, writeFile } from 'node:fs/promises'
import { expect } from 'chai'
import { cacheFolders, cacheIdOf } from '../../../../src/adapters/cache/disk/cache-folders.ts'
import { createTieredBlobCache } from '../../../../src/adapters/cache/tiers/tiered-blob-cache.ts'
import { fullRange } from '../../../../src/domain/media/bytes.ts'
import type { BlobOrigin } from '../../../../src/ports/blob-cache.ts'
import { cacheKeys } from '../../../../src/ports/cache-keys.ts'
import { blobCacheContract } from '../../../contracts/blob-cache.contract.ts'
import { aStoredFileUid } from '../../../support/builders.ts'
import { collect } from '../../../support/bytes.ts'
import { createDiskCaches, noOrigin } from '../../../support/disk-caches.ts'
import { right } from '../../../support/expect-right.ts'
import { blobFactsOf, createWorkingOrigin, pseudoRandomBytes } from '../../../support/origins.ts'
import { removeScratch, scratchFolder } from '../../../support/scratch.ts'

describe('blobs in memory in front of disk', () => {
  const MiB = 1024 * 1024
  const caches = createDiskCaches()
  afterEach(caches.closeAll)
  after(removeScratch)

  blobCacheContract(async (fill) => {
    const disk = (await caches.open({ fill })).blobs
    return createTieredBlobCache({ disk, maxBytes: 32 * MiB })
  })

  it('are read only from memory after they were read from disk', async () => {
    const dir = await scratchFolder()
    const disk = await caches.open({ dir })
    const blobs = createTieredBlobCache({ disk: disk.blobs, maxBytes: 8 * MiB })
    const bytes = pseudoRandomBytes(MiB)
    const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    const read = (origin: BlobOrigin) => right(blobs.read(key, blobFactsOf(bytes), fullRange(MiB), origin))
    await collect(await read(createWorkingOrigin(bytes).origin))
    await disk.settled()
    await rm(dir, { recursive: true })
    const chunks: Uint8Array[] = []
    for await (const chunk of await read(noOrigin)) chunks.push(chunk)
    expect(chunks.map((chunk) => chunk.length)).to.deep.equal([MiB])
    expect(Buffer.concat(chunks).equals(bytes)).to.equal(true)
  })

  it('[V22] with a flipped bit on disk are filled again within the same read', async () => {
    const dir = await scratchFolder()
    const disk = await caches.open({ dir })
    const bytes = pseudoRandomBytes(100_000)
    const key = cacheKeys.storedFile({ uid: aStoredFileUid() })
    const { origin, requestedRanges } = createWorkingOrigin(bytes)
    const read = () =>
      right(
        createTieredBlobCache({ disk: disk.blobs, maxBytes: MiB }).read(
          key,
          blobFactsOf(bytes),
          fullRange(bytes.length),
          origin,
        ),
      )
    await collect(await read())
    await disk.settled()
    const path = cacheFolders(dir).blob(cacheIdOf(key.name))
    const flipped = await readFile(path)
    flipped[99_000] = (flipped[99_000] ?? 0) ^ 1
    await writeFile(path, flipped)
    for (let n = 0; n < 2; n++) expect((await collect(await read())).equals(bytes)).to.equal(true)
    expect(requestedRanges).to.have.length(2)
  })
})
