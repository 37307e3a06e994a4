import { expect } from 'chai'
import fc from 'fast-check'
import type { ContentExport } from '../../../src/domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../../../src/domain/media/ids.ts'
import { toWebPlaylist } from '../../../src/domain/playlist/web-playlist.ts'
import { contentFile } from '../../support/vod-arbitraries.ts'

const anMp4 = (uid: string, bandwidth: number): ContentExport => ({
  uid: uid as ContentExportUid,
  format: 'mp4',
  video: { width: 640, height: 360, frameRate: { num: 24, den: 1 } },
  audio: { channels: 2, sampleRate: 48_000 },
  codecs: ['avc1.64001e', 'mp4a.40.2'],
  bandwidth,
  averageBandwidth: 700_000,
  iFrames: null,
  fileSize: 3000,
  durationSeconds: 12,
  targetDuration: null,
  qualityParameters: { crf: 22 },
  firstPartUid: `cfep_${uid}` as ContentPartUid,
})

const uid = 'cf_film' as ContentFileUid
const urls = (text: string): ReadonlyArray<string> =>
  (JSON.parse(text) as { exports: ReadonlyArray<{ url: string }> }).exports.map(({ url }) => url)

describe('a web playlist', () => {
  it('is this text (http-api.md §5.1)', () => {
    const file = { uid, durationSeconds: 12.5, exports: [anMp4('a', 900_000)] }
    expect(toWebPlaylist(file, 'https://media.example.com')).to.equal(
      '{"exports":[{"url":"https://media.example.com/api/1/content_files/exports/parts/cfep_a.mp4",' +
        '"format":"mp4","bandwidth":900000,"codecs":["avc1.64001e","mp4a.40.2"],' +
        '"width":640,"height":360,"frame_rate":24,"file_size":3000,"format_parameters":{},"quality_parameters":{"crf":22}}],"duration_seconds":12.5}',
    )
  })

  it('orders by bandwidth, then uid', () => {
    const file = { uid, durationSeconds: 1, exports: [anMp4('c', 2), anMp4('b', 1), anMp4('a', 1)] }
    expect(urls(toWebPlaylist(file, 'http://x')).map((url) => url.at(-5))).to.deep.equal(['a', 'b', 'c'])
  })

  it('lists the mp4 exports, and no others', () => {
    fc.assert(
      fc.property(contentFile(), (file) => {
        const progressive = file.exports.filter(({ format }) => format === 'mp4')
        expect(urls(toWebPlaylist(file, 'http://x'))).to.have.members(
          progressive.map((e) => `http://x/api/1/content_files/exports/parts/${e.firstPartUid}.mp4`),
        )
      }),
    )
  })
})
