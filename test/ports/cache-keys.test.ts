import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { openNodePersist } from '../../src/adapters/cache/disk/node-persist-cache.ts'
import type {
  ContentExportUid,
  ContentFileUid,
  ContentPartUid,
  ImageExportUid,
  ImageFileUid,
  StoredFileUid,
} from '../../src/domain/media/ids.ts'
import { O } from '../../src/fp.ts'
import type { CacheKey } from '../../src/ports/cache.ts'
import { cacheKeys } from '../../src/ports/cache-keys.ts'
import { cacheValue } from '../support/cache-value.ts'
import { cachedValue } from '../support/cached-value.ts'
import { right } from '../support/expect-right.ts'
import { createNodePersistCache } from '../support/node-persist-cache.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

const imageFileUid = 'if_0123456789abcdefghijkl' as ImageFileUid
const imageExportUid = 'ife_0123456789abcdefghijkl' as ImageExportUid
const contentFileUid = 'cf_0123456789abcdefghijkl' as ContentFileUid
const contentExportUid = 'cfe_0123456789abcdefghijkl' as ContentExportUid
const contentPartUid = 'cfep_0123456789abcdefghijkl' as ContentPartUid
const s3FileUid = 's3f_0123456789abcdefghijkl' as StoredFileUid
const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

type Example<A> = {
  readonly key: CacheKey<A>
  readonly value: A
  /** The key in the cache file. */
  readonly name: string
  /** The value in the cache file. */
  readonly written: unknown
  readonly ttlSeconds: number | null
}

/** Checks the example with its own type, because a union of keys has no common type of values. */
const example =
  <A>(of: Example<A>) =>
  () =>
    isOnDiskAsDocumented(of)

const file = {
  s3FileUid,
  s3FileKey: `s3_files/${s3FileUid}`,
  contentType: 'image/webp',
  fileSize: 1234,
  sha256,
  storedAt: 1_700_000_000_123,
}
const fileWritten = {
  s3_file_uid: s3FileUid,
  s3_file_key: `s3_files/${s3FileUid}`,
  content_type: 'image/webp',
  file_size: 1234,
  sha256,
  stored_at: 1_700_000_000_123,
}

const examples = {
  imagePlaylist: example({
    key: cacheKeys.imagePlaylist({ uid: imageFileUid }),
    value: '{"uid":"…","items":[]}',
    name: 'image_files:playlist:if_0123456789abcdefghijkl',
    written: '{"uid":"…","items":[]}',
    ttlSeconds: 900,
  }),
  imageExport: example({
    key: cacheKeys.imageExport({ uid: imageExportUid }),
    value: { imageFileUid, height: 360, ...file },
    name: 'image_files:exports:ife_0123456789abcdefghijkl',
    written: { image_file_uid: imageFileUid, height: 360, ...fileWritten },
    ttlSeconds: null,
  }),
  imagePublic: example({
    key: cacheKeys.imagePublic({ uid: imageFileUid }),
    value: true,
    name: 'image_files:public:if_0123456789abcdefghijkl',
    written: '1',
    ttlSeconds: 600,
  }),
  contentPublic: example({
    key: cacheKeys.contentPublic({ uid: contentFileUid }),
    value: true,
    name: 'content_files:public:cf_0123456789abcdefghijkl',
    written: '1',
    ttlSeconds: 600,
  }),
  storedFile: example({
    key: cacheKeys.storedFile({ uid: s3FileUid }),
    value: { size: 1234, sha256 },
    name: 's3_files:s3f_0123456789abcdefghijkl',
    written: { size: 1234, sha256 },
    ttlSeconds: null,
  }),
  isAdmin: example({
    key: cacheKeys.isAdmin({ sub: 'auth0|Grüße' }),
    value: true,
    name: 'auth:is_admin:auth0|Grüße',
    written: '1',
    ttlSeconds: 900,
  }),
  contentPart: example({
    key: cacheKeys.contentPart({ uid: contentPartUid }),
    value: {
      contentFileUid,
      contentFileExportUid: contentExportUid,
      format: 'm3u8',
      height: 360,
      startSeconds: 6,
      endSeconds: 12,
      ...file,
    },
    name: 'content_files:exports:parts:cfep_0123456789abcdefghijkl',
    written: {
      content_file_uid: contentFileUid,
      content_file_export_uid: contentExportUid,
      format: 'm3u8',
      height: 360,
      start_seconds: 6,
      end_seconds: 12,
      ...fileWritten,
    },
    ttlSeconds: null,
  }),
  webPlaylist: example({
    key: cacheKeys.webPlaylist({ uid: contentFileUid }),
    value: '{"exports":[]}',
    name: 'content_files:playlists:web:cf_0123456789abcdefghijkl',
    written: '{"exports":[]}',
    ttlSeconds: 900,
  }),
  mobilePlaylist: example({
    key: cacheKeys.mobilePlaylist({ uid: contentFileUid }),
    value: '#EXTM3U\n',
    name: 'content_files:playlists:mobile:cf_0123456789abcdefghijkl',
    written: '#EXTM3U\n',
    ttlSeconds: 900,
  }),
  dashManifest: example({
    key: cacheKeys.dashManifest({ uid: contentFileUid }),
    value: '<MPD/>',
    name: 'content_files:playlists:dash:cf_0123456789abcdefghijkl',
    written: '<MPD/>',
    ttlSeconds: 900,
  }),
  vodMeta: example({
    key: cacheKeys.vodMeta({ uid: contentExportUid }),
    value: { contentFileUid, height: null },
    name: 'content_files:vods:cfe_0123456789abcdefghijkl:meta',
    written: { content_file_uid: contentFileUid, height: null },
    ttlSeconds: null,
  }),
  vodPlaylist: example({
    key: cacheKeys.vodPlaylist({ uid: contentExportUid }),
    value: '#EXTM3U\n',
    name: 'content_files:vods:cfe_0123456789abcdefghijkl:m3u',
    written: '#EXTM3U\n',
    ttlSeconds: null,
  }),
  vodIFrames: example({
    key: cacheKeys.vodIFrames({ uid: contentExportUid }),
    value: '#EXTM3U\n',
    name: 'content_files:vods:cfe_0123456789abcdefghijkl:iframes',
    written: '#EXTM3U\n',
    ttlSeconds: null,
  }),
} satisfies Record<keyof typeof cacheKeys, unknown>

describe('cache keys', () => {
  after(removeScratch)

  for (const [family, check] of Object.entries(examples))
    it(`of ${family} are on disk as documented, and can be read again`, check)

  it('have different templates', () => {
    const templates = Object.values(cacheKeys).map(({ template }) => template)
    expect(new Set(templates).size).to.equal(templates.length)
  })
})

describe('cache entries of an older release', () => {
  it('do not decode, because fields that restrictions need are never guessed (§2.4)', () => {
    const earlier = [
      cacheKeys.vodMeta({ uid: contentExportUid }).codec.decode({ content_file_uid: contentFileUid }),
      cacheKeys
        .contentPart({ uid: contentPartUid })
        .codec.decode({ content_file_uid: contentFileUid, ...fileWritten }),
      cacheKeys
        .imageExport({ uid: imageExportUid })
        .codec.decode({ image_file_uid: imageFileUid, ...fileWritten }),
    ]
    expect(earlier.map(({ _tag }) => _tag)).to.deep.equal(['Left', 'Left', 'Left'])
  })
})

async function isOnDiskAsDocumented<A>({ key, value, name, written, ttlSeconds }: Example<A>): Promise<void> {
  const now = 1_700_000_000_000
  const storage = openNodePersist(await scratchFolder())
  const cache = createNodePersistCache({ storage, clock: () => now, scope: 'https://media.example' })
  await right(cacheValue(cache, key, value))

  const onDisk = JSON.parse(await readFile(storage.getDatumPath(name), 'utf8'))
  const expiresAt = ttlSeconds === null ? null : now + ttlSeconds * 1000
  const entry = { value: written, expiresAt, scope: 'https://media.example', invalidationVersion: '' }
  expect(onDisk).to.deep.equal({
    key: name,
    value: Object.assign({ check: onDisk.value.check }, entry),
  })
  expect(onDisk.value.check).to.match(/^[\w-]{22}$/)
  expect(await cachedValue(cache, key)).to.deep.equal(O.some(value))
}
