import { AAC_FRAME_SAMPLES } from '../media/aac.ts'
import { renditionLabel } from './examine-lengths.ts'
import { fragmentsOf, type ParsedAudio, type ParsedRendition } from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** The facts that playlists declare about an audio rendition. */
export type DeclaredAudio = { readonly channels: number; readonly sampleRate: number }

/** Checks that all AAC frames have the same length, and that the audio has the declared format. */
export const examineAudio = (
  rendition: ParsedRendition,
  audio: ParsedAudio,
  { channels, sampleRate }: DeclaredAudio,
): ReadonlyArray<Violation> => {
  const name = renditionLabel(rendition)
  const { codec, timescale } = rendition.track
  const found: Violation[] = []
  const uneven = fragmentsOf(rendition).find(
    ({ shortestTicks, longestTicks }) =>
      shortestTicks !== AAC_FRAME_SAMPLES || longestTicks !== AAC_FRAME_SAMPLES,
  )
  if (uneven !== undefined) {
    const ticks = uneven.shortestTicks === AAC_FRAME_SAMPLES ? uneven.longestTicks : uneven.shortestTicks
    const at = (uneven.startTicks / timescale).toFixed(3)
    found.push(
      violation(
        'aac-samples',
        `${name}: a sample after ${at} s lasts ${ticks} ticks instead of ${AAC_FRAME_SAMPLES}`,
      ),
    )
  }
  const unmarked = fragmentsOf(rendition).find(({ isMarkedKey }) => !isMarkedKey)
  if (unmarked !== undefined) {
    const at = (unmarked.startTicks / timescale).toFixed(3)
    found.push(violation('keyframes', `${name}: players cannot start at ${at} s: the sample is not marked`))
  }
  if (timescale !== sampleRate || audio.sampleRate !== sampleRate)
    found.push(
      violation(
        'audio-format',
        `${name}: it is decoded at ${audio.sampleRate ?? 'an unknown number of'} Hz and counted at ${timescale}, where ${sampleRate} are expected`,
      ),
    )
  if (audio.channels !== channels)
    found.push(
      violation(
        'audio-format',
        `${name}: it has ${audio.channels} channels, but playlists would say ${channels}`,
      ),
    )
  const actual = `mp4a.40.${audio.objectType}`
  if (codec !== actual)
    found.push(violation('codec-string', `${name}: its AAC is ${actual}, but playlists would say ${codec}`))
  return found
}
