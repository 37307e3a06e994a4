import { expect } from 'chai'
import fc from 'fast-check'
import { toDashManifest } from '../../../src/domain/dash/dash-manifest.ts'
import { signDash } from '../../../src/domain/dash/sign-dash.ts'
import type { ContentExport, ContentPart, VodParts } from '../../../src/domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../../../src/domain/media/ids.ts'
import { O } from '../../../src/fp.ts'
import { contentFile, vodParts } from '../../support/vod-arbitraries.ts'

const picture: ContentExport = {
  uid: 'cfe_v' as ContentExportUid,
  format: 'm3u8',
  video: { width: 640, height: 360, frameRate: { num: 30_000, den: 1001 } },
  audio: null,
  codecs: ['avc1.64001e'],
  bandwidth: 900_000,
  averageBandwidth: 700_000,
  iFrames: null,
  fileSize: 3000,
  durationSeconds: 13.5,
  targetDuration: 6,
  qualityParameters: {},
  firstPartUid: 'cfep_vi' as ContentPartUid,
}
const sound: ContentExport = {
  ...picture,
  uid: 'cfe_a' as ContentExportUid,
  video: null,
  audio: { channels: 2, sampleRate: 48_000 },
  codecs: ['mp4a.40.2'],
  bandwidth: 130_000,
}

const parts = (
  exportUid: ContentExportUid,
  name: string,
  contentType: string,
  timescale: number,
  ...ticks: ReadonlyArray<number>
): VodParts => {
  const part = (suffix: string, durationTicks: number, position: number): ContentPart => ({
    uid: `cfep_${name}${suffix}` as ContentPartUid,
    role: suffix === 'i' ? 'init' : 'media',
    position,
    contentType,
    durationTicks,
    timescale,
  })
  return {
    exportUid,
    targetDuration: 6,
    parts: [part('i', 0, 0), ...ticks.map((durationTicks, i) => part(String(i), durationTicks, i))],
  }
}

const film = { uid: 'cf_x' as ContentFileUid, durationSeconds: 13.5, exports: [sound, picture] }
const pictureParts = parts(picture.uid, 'v', 'video/mp4', 12_000, 72_000, 72_000, 18_000)
const soundParts = parts(sound.uid, 'a', 'audio/mp4', 48_000, 288_768, 359_424)

const manifest = (...args: Parameters<typeof toDashManifest>): string =>
  O.getOrElse(() => '')(toDashManifest(...args))

/** Returns all values of an attribute, in order. */
const all = (text: string, attribute: string): ReadonlyArray<string> =>
  [...text.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value)

describe('a DASH manifest', () => {
  it('is this text, except for white space (http-api.md §5.8)', () => {
    const expected = `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-main:2011" type="static" mediaPresentationDuration="PT13.504S" minBufferTime="PT6S">
  <BaseURL>../exports/parts/</BaseURL>
  <Period id="0" start="PT0S">
    <AdaptationSet contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <SegmentList timescale="12000">
        <SegmentTimeline><S t="0" d="72000"/><S d="72000"/><S d="18000"/></SegmentTimeline>
      </SegmentList>
      <Representation id="cfe_v" bandwidth="900000" codecs="avc1.64001e" width="640" height="360" frameRate="30000/1001">
        <SegmentList timescale="12000">
          <Initialization sourceURL="cfep_vi.mp4"/>
          <SegmentTimeline><S t="0" d="72000"/><S d="72000"/><S d="18000"/></SegmentTimeline>
          <SegmentURL media="cfep_v0.m4s"/><SegmentURL media="cfep_v1.m4s"/><SegmentURL media="cfep_v2.m4s"/>
        </SegmentList>
      </Representation>
    </AdaptationSet>
    <AdaptationSet contentType="audio" mimeType="audio/mp4" segmentAlignment="true" startWithSAP="1">
      <SegmentList timescale="48000">
        <SegmentTimeline><S t="0" d="288768"/><S d="359424"/></SegmentTimeline>
      </SegmentList>
      <Representation id="cfe_a" bandwidth="130000" codecs="mp4a.40.2" audioSamplingRate="48000">
        <AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="2"/>
        <SegmentList timescale="48000">
          <Initialization sourceURL="cfep_ai.mp4"/>
          <SegmentTimeline><S t="0" d="288768"/><S d="359424"/></SegmentTimeline>
          <SegmentURL media="cfep_a0.m4s"/><SegmentURL media="cfep_a1.m4s"/>
        </SegmentList>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
`
    expect(manifest(film, [soundParts, pictureParts])).to.equal(
      expected.replace(/>\n *</g, '><').replace('?><', '?>\n<'),
    )
  })

  it('names the parts that HLS plays, relative to its own URL', () => {
    const place = 'https://media.example.com/api/1/~a.b.c/content_files/cf_x/dash.mpd'
    const text = manifest(film, [pictureParts])
    const base = new URL(/<BaseURL>(.*)<\/BaseURL>/.exec(text)?.[1] ?? '', place)
    expect(new URL(all(text, 'media')[0] ?? '', base).href).to.equal(
      'https://media.example.com/api/1/~a.b.c/content_files/exports/parts/cfep_v0.m4s',
    )
  })

  it('declares alignment, and the profile that requires it, only if the parts are aligned', () => {
    const other = { ...picture, uid: 'cfe_w' as ContentExportUid }
    const askew = parts(other.uid, 'w', 'video/mp4', 12_000, 72_000, 60_000, 30_000)
    const text = manifest({ ...film, exports: [picture, other] }, [pictureParts, askew])
    expect(text).not.to.include('segmentAlignment')
    expect(all(text, 'profiles')).to.deep.equal(['urn:mpeg:dash:profile:full:2011'])
    const finer = parts(other.uid, 'w', 'video/mp4', 24_000, 144_000, 144_000, 36_000)
    expect(manifest({ ...film, exports: [picture, other] }, [pictureParts, finer])).to.include('isoff-main')
  })

  it('[V51] has one S element for each part, for players that count S elements', () => {
    const even = parts(picture.uid, 'v', 'video/mp4', 12_000, ...Array.from({ length: 10 }, () => 72_000))
    const text = manifest({ ...film, exports: [picture] }, [even])
    const [, own = ''] = text.split('<Representation')
    expect(own.match(/<S /g)).to.have.length(10)
    expect(text).not.to.match(/<S [^>]*\br=/)
  })

  it('[V51] gives an adaptation set the timeline that its representations share, so that ffmpeg and mpv can seek', () => {
    const other = { ...picture, uid: 'cfe_w' as ContentExportUid }
    const setList = /<AdaptationSet [^>]*><SegmentList/
    const finer = parts(other.uid, 'w', 'video/mp4', 24_000, 144_000, 144_000, 36_000)
    const equal = parts(other.uid, 'w', 'video/mp4', 12_000, 72_000, 72_000, 18_000)
    const both = { ...film, exports: [picture, other] }
    expect(manifest(both, [pictureParts, equal])).to.match(setList)
    expect(manifest(both, [pictureParts, finer])).not.to.match(setList)
  })

  it('does not exist without CMAF exports', () => {
    const ts = { ...pictureParts, parts: pictureParts.parts.slice(1) }
    expect(toDashManifest(film, [ts])).to.deep.equal(O.none)
    expect(toDashManifest(film, [])).to.deep.equal(O.none)
    expect(
      toDashManifest({ ...film, exports: [{ ...picture, format: 'mp4' }] }, [pictureParts]),
    ).to.deep.equal(O.none)
  })

  it('is well-formed, whatever the data', () => {
    const codecs = fc.array(fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(codecs, fc.double(), (odd, bandwidth) => {
        const text = manifest({ ...film, exports: [{ ...picture, codecs: odd, bandwidth }] }, [pictureParts])
        const [, body = ''] = text.split('?>\n')
        expect(body.replace(/<\/?\w+( \w+="[^"<>]*")*\/?>/g, '')).to.equal('../exports/parts/\n')
        expect(body).not.to.match(/&(?!(?:amp|lt|gt|quot);)/)
        expect(all(text, 'bandwidth')[0]).to.match(/^\d+$/)
      }),
    )
  })

  it('lists every part once, with a timeline of the exact length', () => {
    const cmaf = vodParts().filter(({ parts: [first] }) => first?.role === 'init')
    const films = fc.tuple(contentFile(), cmaf).map(([file, vod]) => {
      const inParts = file.exports.filter(({ format }) => format === 'm3u8')
      return { file, vod, vods: inParts.map(({ uid }) => ({ ...vod, exportUid: uid })) }
    })
    fc.assert(
      fc.property(films, ({ file, vod, vods }) => {
        const text = manifest(file, vods)
        const ticks = vod.parts.reduce((sum, { durationTicks }) => sum + durationTicks, 0)
        const lists = text.split('<Representation').slice(1)
        expect(lists).to.have.length(vods.length)
        for (const list of lists) {
          const own = list.replace(/<\/Representation>.*/s, '')
          const entries = all(own, 'd').map(Number)
          expect(entries.reduce((sum, duration) => sum + duration, 0)).to.equal(ticks)
          expect(all(own, 'media')).to.have.length(entries.length)
        }
      }),
    )
  })
})

describe('signing a DASH manifest (http-api.md §3)', () => {
  const text = manifest(film, [soundParts, pictureParts])

  it('puts the token into the URL of every part in query mode', () => {
    const signed = signDash(text, { mode: 'query', source: 'minted', jwt: 'a.b.c' })
    const uris = [...all(signed, 'sourceURL'), ...all(signed, 'media')]
    expect(uris).to.have.length(7)
    for (const uri of uris) expect(uri).to.match(/^cfep_\w+\.(mp4|m4s)\?jwt=a\.b\.c$/)
    expect(signed.replaceAll('?jwt=a.b.c', '')).to.equal(text)
  })

  it('puts the token into the base path of all parts in path mode', () => {
    const signed = signDash(text, { mode: 'path', source: 'minted', jwt: 'a.b.c' })
    expect(signed).to.include('<BaseURL>/api/1/~a.b.c/content_files/exports/parts/</BaseURL>')
    expect(signed.replace('/api/1/~a.b.c/content_files/', '../')).to.equal(text)
  })

  it('does not change the manifest if the token is inherited or in a header', () => {
    expect(signDash(text, { mode: 'inherited' })).to.equal(text)
    expect(signDash(text, { mode: 'none' })).to.equal(text)
  })
})
