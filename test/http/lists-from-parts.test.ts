import { expect } from 'chai'
import { addFile } from '../../src/domain/ingest/add-file.ts'
import { right } from '../support/expect-right.ts'
import { createMemoryLarder, listen, type TestServer } from '../support/memory-larder.ts'
import { type NaiveVariant, naiveAverage, naivePeak, readMaster } from '../support/naive-hls.ts'

const options = { isPublic: false, onRegistered: () => {}, onProgress: () => {} }

// Compares the lists with all bytes that they refer to. The parser of the bytes shares no code with Larder.
for (const file of ['bunny.mp4', 'bunny.mp3', 'short-sound.mp4'])
  describe(`lists of ${file}, recomputed from their segments`, () => {
    let server: TestServer
    let variants: ReadonlyArray<NaiveVariant>

    before(async () => {
      const larder = await createMemoryLarder()
      const { uid } = await right(addFile(larder, `test/media/${file}`, options))
      const jwt = await right(larder.tokens.mint('content', uid, 600))
      server = await listen(larder)
      const get = async (url: string) => {
        const response = await fetch(url)
        expect(response.status, url).to.equal(200)
        return Buffer.from(await response.arrayBuffer())
      }
      variants = await readMaster(`${server.base}/api/1/~${jwt}/content_files/${uid}/mobile.m3u8`, get)
      expect(variants).not.to.have.length(0)
    })
    after(() => server.close())

    const sumOf = (lists: NaiveVariant['lists'], of: (list: NaiveVariant['lists'][number]) => number) =>
      lists.reduce((sum, list) => sum + of(list), 0)

    it('have the BANDWIDTH and the AVERAGE-BANDWIDTH of the segments', () => {
      for (const { attributes, lists } of variants) {
        expect(Number(attributes.BANDWIDTH)).to.be.closeTo(sumOf(lists, naivePeak), lists.length)
        expect(Number(attributes['AVERAGE-BANDWIDTH'])).to.be.closeTo(
          sumOf(lists, naiveAverage),
          lists.length,
        )
      }
    })

    it('have the CODECS of the segments', () => {
      for (const { attributes, lists } of variants)
        expect(attributes.CODECS?.split(',').toSorted()).to.deep.equal(
          lists.map(({ codec }) => codec).toSorted(),
        )
    })

    it('have the EXTINF of the segments, and all have the same duration', () => {
      const lists = variants.flatMap((variant) => variant.lists)
      const lengths = lists.map((list) => list.parts.reduce((sum, { seconds }) => sum + seconds, 0))
      expect(Math.max(...lengths) - Math.min(...lengths)).to.be.below(0.042)
      for (const { parts, target } of lists) {
        let deviation = 0
        for (const { extinf, seconds } of parts) {
          deviation += extinf - seconds
          expect(Math.abs(deviation)).to.be.below(0.001)
          expect(Math.round(extinf)).to.be.at.most(target)
        }
      }
    })
  })
