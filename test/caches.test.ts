import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'

/**
 * Where a Map, a Set of texts or an LRU of another kind lives longer than a call, and what bounds it. A map by what
 * clients write, bounded by nothing or by a count, is a way to fill memory (V4): it is a bounded cache.
 */
const bounds: Readonly<Record<string, string>> = {
  'src/bounded-cache.ts': 'the one helper: bytes of keys and values',
  // By names that clients write, for as long as a request waits: bounded by the requests in flight.
  'src/domain/shared/single-flight.ts': 'work under way',
  'src/adapters/blob/running-fills.ts': 'fills under way',
  'src/adapters/disk/disk-blob-shelf.ts': 'reads of records under way',
  'src/adapters/disk/in-turn.ts': 'work under way',
  'src/adapters/disk/shared-files.ts': 'open files that are being read',
  'src/http/lists/memo.ts': 'lists in the making',
  // By what Larder writes.
  'src/adapters/blob/recent-bytes.ts': 'an LRU of four pieces of one fill, by number',
  'src/adapters/cache-tier/cache-meter.ts': 'tiers and templates of keys, which are fixed',
  'src/adapters/fs/incoming-folder.ts': 'files on their way in',
  'src/adapters/memory/memory-progress-board.ts': 'exports in the making',
  'src/domain/shared/remembering.ts': 'characters of lists that Larder has written',
  'src/http/handle.ts': 'parameters of a route, which are fixed',
  // For tests, and a run without a database.
  'src/adapters/memory/memory-content-file-repository.ts': 'a library in memory',
  'src/adapters/memory/memory-image-file-repository.ts': 'a library in memory',
  'src/adapters/memory/memory-object-store.ts': 'a store in memory',
  'src/adapters/memory/memory-user-repository.ts': 'admins in memory',
}

/** Files whose maps and sets live within a call, or hold constants. */
const local: ReadonlyArray<string> = [
  'src/adapters/fs/inspect-file.ts',
  'src/adapters/knex/stored-file-rows.ts',
  'src/adapters/sharp/render-picture.ts',
  'src/adapters/sharp/run-image-child.ts',
  'src/adapters/transcode/ffmpeg-engine.ts',
  'src/adapters/transcode/supervise.ts',
  'src/composition.ts',
  'src/config.ts',
  'src/domain/hls/check/',
  'src/domain/playlist/image-playlist.ts',
  'src/domain/vod/',
  'src/http/bytes/content-coding.ts',
  'src/http/frame.ts',
]

describe('maps and caches [V4]', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name}`)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/console/'))
  const using = (pattern: RegExp) => sources.filter((file) => pattern.test(readFileSync(file, 'utf8')))

  it('that are bounded are made by the one helper, which counts their keys', () => {
    expect(using(/lru-cache/).sort()).to.deep.equal([
      'src/adapters/blob/recent-bytes.ts',
      'src/bounded-cache.ts',
    ])
  })

  it('that live on are named here, each with what bounds it', () => {
    const makers = using(/new (?:Map|Set|LRUCache)\b/)
    const unnamed = makers.filter(
      (file) => !(file in bounds) && !local.some((place) => file.startsWith(place)),
    )
    expect(unnamed, 'say in test/caches.test.ts what bounds them').to.deep.equal([])
    expect(
      Object.keys(bounds).filter((file) => !makers.includes(file)),
      'are gone',
    ).to.deep.equal([])
  })
})
