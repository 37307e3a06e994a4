import fc from 'fast-check'
import type {
  ContentExport,
  ContentFile,
  ContentPart,
  Keyframe,
  KeyframeBitrates,
  VodParts,
  VodPartsWithKeyframes,
} from '../../src/domain/media/content-export.ts'
import type { ContentExportUid, ContentFileUid, ContentPartUid } from '../../src/domain/media/ids.ts'

// Arbitrary content files as the library may contain them, to test properties of their playlists and
// manifests.

const tail = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/)
const partUid = tail.map((s) => `cfep_${s}` as ContentPartUid)
const exportUid = tail.map((s) => `cfe_${s}` as ContentExportUid)
const fileUid = tail.map((s) => `cf_${s}` as ContentFileUid)

const timescale = fc.constantFrom(12_000, 12_800, 15_360, 24_000, 30_000, 44_100, 48_000, 90_000)

/** The segments of one rendition: CMAF with an init segment, or MPEG-TS without; each of 0 to 6.4 seconds. */
export const vodParts = (maxParts = 40): fc.Arbitrary<VodParts> =>
  fc
    .record({
      exportUid,
      timescale,
      kind: fc.constantFrom('video/mp4', 'audio/mp4', 'video/mp2t', 'audio/aac'),
      media: fc.array(fc.record({ uid: partUid, seconds: fc.double({ min: 0, max: 6.4, noNaN: true }) }), {
        minLength: 1,
        maxLength: maxParts,
      }),
      initUid: partUid,
    })
    .map(({ exportUid, timescale, kind, media, initUid }) => {
      const init: ContentPart = {
        uid: initUid,
        role: 'init',
        position: 0,
        contentType: kind,
        durationTicks: 0,
        timescale,
      }
      const parts = media.map(
        ({ uid, seconds }, position): ContentPart => ({
          uid,
          role: 'media',
          position,
          contentType: kind,
          durationTicks: Math.ceil(seconds * timescale),
          timescale,
        }),
      )
      return { exportUid, targetDuration: 6, parts: kind.endsWith('mp4') ? [init, ...parts] : parts }
    })

/**
 * The same with one to five keyframes in each segment. The durations of a segment's keyframes add up to its
 * own.
 */
export const vodPartsWithKeyframes = (): fc.Arbitrary<VodPartsWithKeyframes> =>
  fc
    .record({
      vod: vodParts(),
      keyframes: fc.array(
        fc.record({ bytes: fc.integer({ min: 1, max: 90_000 }), share: fc.integer({ min: 0, max: 5 }) }),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
    })
    .map(({ vod, keyframes }) => ({
      ...vod,
      parts: vod.parts.map((part) => ({
        ...part,
        keyframes: part.role === 'init' ? [] : keyframesIn(part.durationTicks, keyframes),
      })),
    }))

const keyframesIn = (
  durationTicks: number,
  keyframeShapes: ReadonlyArray<{ readonly bytes: number; readonly share: number }>,
): ReadonlyArray<Keyframe> => {
  const ticks = keyframeShapes.map(({ share }) => Math.floor((durationTicks * share) / 25))
  const rest = durationTicks - ticks.reduce((sum, next) => sum + next, 0)
  return keyframeShapes.map(({ bytes }, i) => ({
    offset: i * 100_000,
    length: bytes,
    durationTicks: (ticks[i] ?? 0) + (i === 0 ? rest : 0),
  }))
}

const bandwidths = fc.record({
  averageBandwidth: fc.integer({ min: 1000, max: 8_000_000 }),
  excess: fc.integer({ min: 0, max: 4_000_000 }),
})

const iFrameRates = bandwidths.map(
  ({ averageBandwidth, excess }): KeyframeBitrates => ({
    bandwidth: averageBandwidth + excess,
    averageBandwidth,
  }),
)

const anExport = (
  facts: fc.Arbitrary<Pick<ContentExport, 'format' | 'video' | 'audio' | 'codecs'>>,
  iFrames: fc.Arbitrary<KeyframeBitrates | null> = fc.constant(null),
) =>
  fc.record({ uid: exportUid, firstPartUid: partUid, facts, bandwidths, iFrames, fileSize: fc.nat() }).map(
    ({ uid, firstPartUid, facts, bandwidths, iFrames, fileSize }): ContentExport => ({
      uid,
      firstPartUid,
      ...facts,
      iFrames,
      bandwidth: bandwidths.averageBandwidth + bandwidths.excess,
      averageBandwidth: bandwidths.averageBandwidth,
      fileSize,
      durationSeconds: 12,
      targetDuration: facts.format === 'm3u8' ? 6 : null,
      qualityParameters: {},
    }),
  )

const sizes = fc.constantFrom([1920, 1080], [1280, 720], [854, 480], [640, 360], [426, 240], [720, 1280])
const videoFacts = fc
  .record({
    size: sizes,
    frameRate: fc.constantFrom({ num: 24, den: 1 }, { num: 30_000, den: 1001 }, { num: 60, den: 1 }),
  })
  .map(({ size: [width = 0, height = 0], frameRate }) => ({ width, height, frameRate }))
const audioFacts = fc.record({
  channels: fc.constantFrom(1, 2),
  sampleRate: fc.constantFrom(44_100, 48_000),
})
const avc = fc.constantFrom('avc1.640028', 'avc1.64001f', 'avc1.64001e')
const aac = fc.constant('mp4a.40.2')

const videoOnly = anExport(
  fc
    .tuple(videoFacts, avc)
    .map(([video, codec]) => ({ format: 'm3u8' as const, video, audio: null, codecs: [codec] })),
  fc.option(iFrameRates),
)
const audioOnly = anExport(
  fc
    .tuple(audioFacts, aac)
    .map(([audio, codec]) => ({ format: 'm3u8' as const, video: null, audio, codecs: [codec] })),
)
const muxed = anExport(
  fc
    .tuple(videoFacts, audioFacts, avc, aac)
    .map(([video, audio, ...codecs]) => ({ format: 'm3u8' as const, video, audio, codecs })),
)
const progressive = anExport(
  fc
    .tuple(videoFacts, audioFacts, avc, aac)
    .map(([video, audio, ...codecs]) => ({ format: 'mp4' as const, video, audio, codecs })),
)

const fileOf = (...kinds: ReadonlyArray<fc.Arbitrary<ContentExport>>): fc.Arbitrary<ContentFile> =>
  fc
    .record({
      uid: fileUid,
      durationSeconds: fc.double({ min: 0.02, max: 10_800, noNaN: true }),
      exports: fc.tuple(...kinds.map((kind) => fc.array(kind, { minLength: 1, maxLength: 4 }))),
    })
    .map(({ exports, ...file }) => ({ ...file, exports: exports.flat() }))

/**
 * A film with or without audio, audio alone, or an old film each of whose exports has both video and audio.
 */
export const contentFile = (): fc.Arbitrary<ContentFile> =>
  fc.oneof(
    fileOf(videoOnly, audioOnly, progressive),
    fileOf(videoOnly, progressive),
    fileOf(audioOnly, progressive),
    fileOf(muxed, progressive),
    fileOf(muxed, audioOnly),
  )
