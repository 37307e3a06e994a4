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
 * The I-frame playlist of an export (RFC 8216bis §4.4.3.6): its key pictures, each as a range of the part that it
 * is in, shown until the next. `none` when there are not enough of them to show all of the export, as of sound.
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
      nature: '#EXT-X-I-FRAMES-ONLY',
      entries: media.flatMap(entriesOf),
    }),
  )
}
