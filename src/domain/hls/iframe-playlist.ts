import { O } from '../../fp.ts'
import { areKeyed, type KeyedPart, type KeyedVodParts } from '../media/content-export.ts'
import { type ListEntry, toListText } from './list-text.ts'

const entriesOf = (part: KeyedPart): ReadonlyArray<ListEntry> =>
  part.keyframes.map(({ offset, length, durationTicks }) => ({
    part,
    durationTicks,
    timescale: part.timescale,
    byteRange: `${length}@${offset}`,
  }))

/**
 * Returns the I-frame playlist of an export (RFC 8216bis §4.4.3.6): each keyframe as a byte range of its
 * segment, shown until the next one. `none` if keyframes do not cover all of the export, as for audio.
 */
export const toIFramePlaylist = ({ targetDuration, parts }: KeyedVodParts): O.Option<string> => {
  const media = parts.filter(({ role }) => role === 'media')
  if (!areKeyed(media)) return O.none
  return O.some(
    toListText({
      targetDuration,
      parts,
      features: ['decimalDurations', 'byteRanges', 'iFramesOnly'],
      mapFeature: 'mapInIFrames',
      kindTag: '#EXT-X-I-FRAMES-ONLY',
      entries: media.flatMap(entriesOf),
    }),
  )
}
