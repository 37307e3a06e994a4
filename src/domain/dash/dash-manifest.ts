import { O } from '../../fp.ts'
import { decimalInteger } from '../hls/attributes.ts'
import type { ContentExport, ContentFile, FrameRate, VodParts } from '../media/content-export.ts'
import { ascendingBy } from '../shared/order.ts'
import {
  type DashSegments,
  dashEndSeconds,
  segmentListElement,
  sharedTimelineElement,
  toDashSegments,
} from './dash-segments.ts'
import { xmlDuration, xmlElement } from './xml.ts'

type Representation = { readonly contentExport: ContentExport; readonly segments: DashSegments }

/**
 * Path of the segments, relative to the manifest's path `/api/1/content_files/{cf}/dash.mpd` (http-api.md
 * §5.8).
 */
const baseUrl = '../exports/parts/'

const frameRateOf = ({ num, den }: FrameRate): string | null => {
  if (!(num > 0 && den > 0)) return null
  return den === 1 ? String(num) : `${num}/${den}`
}

/**
 * Returns whether the segments of all representations have the same boundaries, so that a player can switch
 * after each segment.
 */
const areAligned = (representations: ReadonlyArray<Representation>): boolean => {
  const boundaries = ({ segments: { timescale, durations } }: Representation) =>
    durations.map((ticks) => (ticks / timescale).toFixed(6)).join()
  return new Set(representations.map(boundaries)).size === 1
}

const channels = ({ audio }: ContentExport): ReadonlyArray<string> =>
  audio === null
    ? []
    : [
        xmlElement('AudioChannelConfiguration', {
          schemeIdUri: 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011',
          value: audio.channels,
        }),
      ]

const representation = ({ contentExport, segments }: Representation): string => {
  const { uid, bandwidth, codecs, video, audio } = contentExport
  return xmlElement(
    'Representation',
    {
      id: uid,
      bandwidth: decimalInteger(bandwidth),
      codecs: codecs.join(','),
      width: video?.width ?? null,
      height: video?.height ?? null,
      frameRate: video === null ? null : frameRateOf(video.frameRate),
      audioSamplingRate: audio?.sampleRate ?? null,
    },
    [...channels(contentExport), segmentListElement(segments)],
  )
}

const adaptationSet = (kind: 'video' | 'audio', representations: ReadonlyArray<Representation>): string => {
  const timeline = sharedTimelineElement(representations.map(({ segments }) => segments))
  return xmlElement(
    'AdaptationSet',
    {
      contentType: kind,
      mimeType: `${kind}/mp4`,
      segmentAlignment: areAligned(representations) ? 'true' : null,
      startWithSAP: 1,
    },
    [...(timeline === null ? [] : [timeline]), ...representations.map(representation)],
  )
}

/**
 * Returns the DASH profile of a manifest (ISO/IEC 23009-1 §8). The profile `isoff-live` cannot be used,
 * because it does not allow segment lists.
 */
const profileOf = (sets: ReadonlyArray<ReadonlyArray<Representation>>): string =>
  `urn:mpeg:dash:profile:${sets.every(areAligned) ? 'isoff-main' : 'full'}:2011`

/**
 * Returns the DASH manifest of a file's CMAF segments (the same as for HLS), unsigned and with relative URIs.
 * Returns `none` if no export is CMAF.
 */
export const toDashManifest = (file: ContentFile, vods: ReadonlyArray<VodParts>): O.Option<string> => {
  const representations = file.exports.flatMap((contentExport): ReadonlyArray<Representation> => {
    const vod = vods.find(({ exportUid }) => exportUid === contentExport.uid)
    const segments = contentExport.format === 'm3u8' && vod !== undefined ? toDashSegments(vod) : null
    return segments === null ? [] : [{ contentExport, segments }]
  })
  if (representations.length === 0) return O.none

  const descending = representations.sort(
    ascendingBy(
      ({ contentExport }) => -contentExport.bandwidth,
      ({ contentExport }) => contentExport.uid,
    ),
  )
  const video = descending.filter(({ contentExport }) => contentExport.video !== null)
  const audio = descending.filter(({ contentExport }) => contentExport.video === null)
  const targets = vods.map(({ targetDuration }) => targetDuration)

  const mpd = xmlElement(
    'MPD',
    {
      xmlns: 'urn:mpeg:dash:schema:mpd:2011',
      profiles: profileOf([video, audio].filter((set) => set.length > 0)),
      type: 'static',
      mediaPresentationDuration: xmlDuration(
        Math.max(...descending.map(({ segments }) => dashEndSeconds(segments))),
      ),
      minBufferTime: xmlDuration(Math.max(...targets)),
    },
    [
      xmlElement('BaseURL', {}, [baseUrl]),
      xmlElement('Period', { id: '0', start: 'PT0S' }, [
        ...(video.length > 0 ? [adaptationSet('video', video)] : []),
        ...(audio.length > 0 ? [adaptationSet('audio', audio)] : []),
      ]),
    ],
  )
  return O.some(`<?xml version="1.0" encoding="UTF-8"?>\n${mpd}\n`)
}
