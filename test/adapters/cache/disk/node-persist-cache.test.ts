import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { cacheFolders } from '../../../../src/adapters/cache/disk/cache-folders.ts'
import { createInvalidationVersions } from '../../../../src/adapters/cache/disk/invalidation-versions.ts'
import { openNodePersist } from '../../../../src/adapters/cache/disk/node-persist-cache.ts'
import { O } from '../../../../src/fp.ts'
import { cacheKeys } from '../../../../src/ports/cache-keys.ts'
import { cacheContract } from '../../../contracts/cache.contract.ts'
import { aContentExportUid } from '../../../support/builders.ts'
import { cacheValue } from '../../../support/cache-value.ts'
import { cachedValue } from '../../../support/cached-value.ts'
import { left, right } from '../../../support/expect-right.ts'
import { createNodePersistCache } from '../../../support/node-persist-cache.ts'
import { removeScratch, scratchFolder } from '../../../support/scratch.ts'

describe('node-persist cache', () => {
  after(removeScratch)

  const scope = 'http://127.0.0.1:8080'
  const clock = () => 1_700_000_000_000

  cacheContract(async (clock) => {
    const versions = createInvalidationVersions(cacheFolders(await scratchFolder()))
    return createNodePersistCache({ storage: openNodePersist(await scratchFolder()), clock, scope, versions })
  })

  it('returns a value after the process has exited', async () => {
    const dir = await scratchFolder()
    const key = cacheKeys.vodPlaylist({ uid: aContentExportUid() })
    await right(
      cacheValue(createNodePersistCache({ storage: openNodePersist(dir), clock, scope }), key, '#EXTM3U'),
    )
    const reopened = createNodePersistCache({ storage: openNodePersist(dir), clock, scope })
    expect(await cachedValue(reopened, key)).to.deep.equal(O.some('#EXTM3U'))
  })

  it('returns none for the values of another cache address', async () => {
    const storage = openNodePersist(await scratchFolder())
    const key = cacheKeys.vodPlaylist({ uid: aContentExportUid() })
    await right(cacheValue(createNodePersistCache({ storage, clock, scope }), key, '#EXTM3U'))
    const moved = createNodePersistCache({ storage, clock, scope: 'https://media.example' })
    expect(await cachedValue(moved, key)).to.deep.equal(O.none)
    await right(cacheValue(moved, key, '#EXTM3U moved'))
    expect(await cachedValue(moved, key)).to.deep.equal(O.some('#EXTM3U moved'))
  })

  it('treats a file that is truncated at any byte as a miss, and replaces it', async () => {
    const storage = openNodePersist(await scratchFolder())
    const cache = createNodePersistCache({ storage, clock, scope })
    const key = cacheKeys.isAdmin({ sub: 'anna' })
    await right(cacheValue(cache, key, true))
    const path = storage.getDatumPath(key.name)
    const whole = await readFile(path)
    for (let length = 0; length < whole.length; length++) {
      await truncate(path, length)
      expect(await cachedValue(cache, key), `torn at ${length}`).to.deep.equal(O.none)
      await right(cacheValue(cache, key, true))
      expect(await cachedValue(cache, key)).to.deep.equal(O.some(true))
    }
  })

  it('treats a file of zeros, garbage or other data as a miss', async () => {
    const storage = openNodePersist(await scratchFolder())
    const cache = createNodePersistCache({ storage, clock, scope })
    const key = cacheKeys.isAdmin({ sub: 'anna' })
    for (const content of [
      '\0'.repeat(4096),
      'null',
      '[]',
      '{"key":"x"}',
      '{"key":"x","value":7}',
      '\ufeff',
    ]) {
      await writeFile(storage.getDatumPath(key.name), content)
      expect(await cachedValue(cache, key), content.slice(0, 20)).to.deep.equal(O.none)
    }
  })

  it('creates its folder again when it was removed', async () => {
    const dir = await scratchFolder()
    const cache = createNodePersistCache({ storage: openNodePersist(dir), clock, scope })
    const key = cacheKeys.isAdmin({ sub: 'anna' })
    await right(cacheValue(cache, key, true))
    await rm(dir, { recursive: true })
    expect(await cachedValue(cache, key)).to.deep.equal(O.none)
    await right(cacheValue(cache, key, false))
    expect(await cachedValue(cache, key)).to.deep.equal(O.some(false))
  })

  it('fails with Unavailable when its folder cannot be created', async () => {
    const file = join(await scratchFolder(), 'a-file')
    await writeFile(file, '')
    const cache = createNodePersistCache({ storage: openNodePersist(join(file, 'values')), clock, scope })
    const key = cacheKeys.isAdmin({ sub: 'anna' })
    for (const failed of [await left(cache.get(key)), await left(cacheValue(cache, key, true))])
      expect(failed).to.include({ _tag: 'Unavailable', dependency: 'disk cache' })
  })
})
