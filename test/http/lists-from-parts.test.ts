import { expect } from 'chai'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { expectTrueLists } from '../support/naive/expect-true-lists.ts'
import { total } from '../support/naive/naive-rates.ts'

const options = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }

// Compares the lists with all bytes that they refer to. The parser of the bytes shares no code with Larder.
describe('lists, recomputed from their segments', () => {
  let server: TestServer | undefined
  afterEach(() => server?.close())

  for (const file of ['bunny.mp4', 'bunny.mp3', 'short-sound.mp4'])
    it(`of ${file} have their rates, codecs and durations, and all have the same duration`, async () => {
      const larder = await createMemoryLarder()
      const { uid } = await right(addFile(larder, `test/media/${file}`, options))
      const jwt = await right(larder.tokens.mint('content', uid, 600))
      server = await listen(larder)
      const lists = `${server.base}/api/1/~${jwt}/content_files/${uid}`
      const get = async (url: string) => {
        const response = await fetch(url)
        expect(response.status, url).to.equal(200)
        return Buffer.from(await response.arrayBuffer())
      }
      const { variants, sound } = await expectTrueLists(
        { master: `${lists}/mobile.m3u8`, manifest: `${lists}/dash.mpd` },
        get,
      )
      const all = [...variants.map(({ list }) => list), ...(sound === null ? [] : [sound])]
      const lengths = all.map(({ timed }) => total(timed).seconds)
      expect(Math.max(...lengths) - Math.min(...lengths)).to.be.below(0.042)
    })
})
