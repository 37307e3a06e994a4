import type { FrameRate } from '../media/content-export.ts'
import { findH264Level, type H264Level } from '../media/h264-level.ts'
import { renditionLabel } from './examine-lengths.ts'
import {
  fragmentsOf,
  type ParsedColourTags,
  type ParsedRendition,
  type ParsedVideo,
  parsedSeconds,
  type SequenceParameterSet,
} from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** The facts that playlists and web pages declare about a video rendition. */
export type DeclaredVideo = {
  readonly width: number
  readonly height: number
  readonly frameRate: FrameRate
}

/**
 * The colour tags that a rendition must have: BT.709 with limited range. Players that ignore the tags assume
 * these colours.
 */
const bt709Tags: ParsedColourTags = { primaries: 1, transfer: 1, matrix: 1, isFullRange: false }

/** Checks that players can switch to a video rendition, decode it, and show it as intended. */
export const examineVideo = (
  rendition: ParsedRendition,
  video: ParsedVideo,
  declared: DeclaredVideo,
): ReadonlyArray<Violation> => {
  const name = renditionLabel(rendition)
  const found = [...examineKeyframes(rendition, name), ...examineRate(rendition, name, declared.frameRate)]
  const { sequence, boxColour } = video
  if (sequence === null)
    return [...found, violation('complete', `${name}: it contains no description of its video for a decoder`)]
  return [
    ...found,
    ...examineSize(name, video, sequence, declared),
    ...examineColours(name, sequence, boxColour),
    ...examineCodec(name, rendition.track.codec, sequence),
    ...examineLevel(name, sequence, declared.frameRate),
    ...examineBuffer(name, rendition, sequence),
  ]
}

const examineKeyframes = (rendition: ParsedRendition, name: string): ReadonlyArray<Violation> => {
  const { timescale } = rendition.track
  const wrong = fragmentsOf(rendition).find(
    ({ isMarkedKey, startsWithIdr }) => !isMarkedKey || startsWithIdr !== true,
  )
  if (wrong === undefined) return []
  const at = (wrong.startTicks / timescale).toFixed(3)
  const why = wrong.isMarkedKey ? 'is none, and is marked as one' : 'is not marked as one'
  return [violation('keyframes', `${name}: the picture at ${at} s, which must be a keyframe, ${why}`)]
}

/**
 * Checks that the number of frames fits the frame rate and the duration. Rounding at the end of a video may
 * add or remove one frame.
 */
const examineRate = (
  rendition: ParsedRendition,
  name: string,
  { num, den }: FrameRate,
): ReadonlyArray<Violation> => {
  const frames = fragmentsOf(rendition).reduce((sum, { samples }) => sum + samples, 0)
  const expected = (parsedSeconds(rendition) * num) / den
  if (Math.abs(frames - expected) <= 1) return []
  return [
    violation(
      'frame-rate',
      `${name}: it has ${frames} pictures, where ${(num / den).toFixed(3)} a second make ${expected.toFixed(1)}`,
    ),
  ]
}

const examineSize = (
  name: string,
  entry: ParsedVideo,
  sequence: SequenceParameterSet,
  declared: DeclaredVideo,
): ReadonlyArray<Violation> => {
  const meant = `${declared.width}x${declared.height}`
  const sizes = [sequence, entry].map(({ width, height }) => `${width}x${height}`)
  const wrong = sizes.find((size) => size !== meant)
  return [
    ...(wrong === undefined
      ? []
      : [violation('frame-size', `${name}: its pictures are ${wrong}, but playlists would say ${meant}`)]),
    ...(sequence.isSquare ? [] : [violation('frame-size', `${name}: its pixels are not square`)]),
  ]
}

const areSameColours = (a: ParsedColourTags, b: ParsedColourTags): boolean =>
  a.primaries === b.primaries &&
  a.transfer === b.transfer &&
  a.matrix === b.matrix &&
  a.isFullRange === b.isFullRange

const colourText = ({ primaries, transfer, matrix, isFullRange }: ParsedColourTags): string =>
  `${primaries}/${transfer}/${matrix} ${isFullRange ? 'full' : 'limited'}`

const examineColours = (
  name: string,
  { colour }: SequenceParameterSet,
  boxColour: ParsedColourTags | null,
): ReadonlyArray<Violation> => {
  const meant = colourText(bt709Tags)
  if (colour === null)
    return [violation('colours', `${name}: it does not declare its colours (${meant} is expected)`)]
  const tagged = boxColour === null ? [colour] : [colour, boxColour]
  const wrong = tagged.find((tags) => !areSameColours(tags, bt709Tags))
  return wrong === undefined
    ? []
    : [violation('colours', `${name}: its colours are tagged as ${colourText(wrong)} in place of ${meant}`)]
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

const examineCodec = (
  name: string,
  codec: string,
  { profile, constraints, level }: SequenceParameterSet,
): ReadonlyArray<Violation> => {
  const actual = `avc1.${hex(profile)}${hex(constraints)}${hex(level)}`
  return codec === actual
    ? []
    : [violation('codec-string', `${name}: its codec is ${actual}, but playlists would say ${codec}`)]
}

/**
 * Checks that the H.264 level in the sequence parameter set permits the frame size, the frame rate and the
 * number of reference frames.
 */
export const examineLevel = (
  name: string,
  sequence: SequenceParameterSet,
  { num, den }: FrameRate,
): ReadonlyArray<Violation> => {
  const { level, macroblocksWide, macroblocksHigh, referenceFrames } = sequence
  const limits = findH264Level(sequence)
  if (limits === undefined) return [violation('level', `${name}: there is no level ${level / 10}`)]
  const macroblocks = macroblocksWide * macroblocksHigh
  const longSide = Math.max(macroblocksWide, macroblocksHigh)
  const perSecond = Math.ceil((macroblocks * num) / den)
  const referenceMacroblocks = referenceFrames * macroblocks
  const claim = `and level ${levelText(limits)}, which it declares, permits`
  const found: Violation[] = []
  if (macroblocks > limits.macroblocks)
    found.push(
      violation('level', `${name}: a frame has ${macroblocks} macroblocks, ${claim} ${limits.macroblocks}`),
    )
  if (longSide ** 2 > 8 * limits.macroblocks)
    found.push(
      violation(
        'level',
        `${name}: its longer side has ${longSide} macroblocks, ${claim} ${Math.floor(Math.sqrt(8 * limits.macroblocks))}`,
      ),
    )
  if (perSecond > limits.macroblocksPerSecond)
    found.push(
      violation(
        'level',
        `${name}: a second has ${perSecond} macroblocks, ${claim} ${limits.macroblocksPerSecond}`,
      ),
    )
  if (referenceMacroblocks > limits.pictureBufferMacroblocks)
    found.push(
      violation(
        'level',
        `${name}: its ${referenceFrames} reference frames have ${referenceMacroblocks} macroblocks, ${claim} ${limits.pictureBufferMacroblocks}`,
      ),
    )
  return found
}

const levelText = ({ idc }: H264Level): string => (idc === 9 ? '1b' : (idc / 10).toFixed(1))

/**
 * Checks that a decoder receives each frame in time, if it has the maximum bit rate and buffer size of the
 * level.
 */
const examineBuffer = (
  name: string,
  rendition: ParsedRendition,
  sequence: SequenceParameterSet,
): ReadonlyArray<Violation> => {
  const limits = findH264Level(sequence)
  if (limits === undefined) return []
  const { kilobits, bufferKilobits } = limits
  const fullest = fragmentsOf(rendition).reduce((a, b) =>
    (b.peakBufferBits ?? Infinity) > (a.peakBufferBits ?? Infinity) ? b : a,
  )
  const bits = fullest.peakBufferBits ?? Infinity
  if (bits <= 1000 * bufferKilobits) return []
  const at = (fullest.startTicks / rendition.track.timescale).toFixed(3)
  return [
    violation(
      'level',
      `${name}: at ${at} s it needs a buffer of ${Math.ceil(bits / 1000)} kbit at ${kilobits} kbit/s, and level ${levelText(limits)}, which it declares, permits ${bufferKilobits}`,
    ),
  ]
}
