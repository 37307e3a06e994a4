import type { ParsedColourTags, SequenceParameterSet } from '../../../domain/examiner/parsed-media.ts'
import { type BitReader, createBitReader } from '../../platform/bit-reader.ts'
import { malformedBox } from './isobmff.ts'

/** Profiles whose parameter sets contain the chroma format and scaling lists (ITU-T H.264 §7.3.2.1.1). */
const PROFILES_WITH_CHROMA = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

/**
 * Parses a sequence parameter set: a NAL unit with its one-byte header (ITU-T H.264 §7.3.2.1 and annex E).
 */
export const parseSequenceParameterSet = (unit: Uint8Array): SequenceParameterSet => {
  const fields = fieldsOf(unit)
  const { chroma, mapUnitsHigh, isFramesOnly, ...head } = readHead(fields)
  if (!isFramesOnly) fields.bit() // macroblock-adaptive frame/field coding
  fields.bit() // direct prediction
  const fieldsInFrame = isFramesOnly ? 1 : 2
  const macroblocksHigh = mapUnitsHigh * fieldsInFrame
  const cropped = fields.bit() === 1 ? readCropping(fields, chroma, fieldsInFrame) : { width: 0, height: 0 }
  const usability = fields.bit() === 1 ? readUsability(fields) : { colour: null, isSquare: true }
  return {
    ...head,
    width: head.macroblocksWide * 16 - cropped.width,
    height: macroblocksHigh * 16 - cropped.height,
    macroblocksHigh,
    ...usability,
  }
}

const fieldsOf = (unit: Uint8Array): BitReader =>
  createBitReader(withoutEmulation(unit.subarray(1)), () => {
    throw malformedBox('sequence parameter set is too short')
  })

const readHead = (fields: BitReader) => {
  const [profile, constraints, level] = [fields.bits(8), fields.bits(8), fields.bits(8)]
  fields.ue() // id
  const chroma = PROFILES_WITH_CHROMA.includes(profile) ? readChroma(fields) : 1
  fields.ue() // log2 of the highest frame number
  skipOrderCounts(fields)
  const referenceFrames = fields.ue()
  fields.bit() // gaps in frame numbers
  const macroblocksWide = fields.ue() + 1
  const mapUnitsHigh = fields.ue() + 1
  const isFramesOnly = fields.bit() === 1
  return { profile, constraints, level, chroma, referenceFrames, macroblocksWide, mapUnitsHigh, isFramesOnly }
}

/**
 * Removes emulation prevention bytes, which encoders insert so that a NAL unit contains no start code (ITU-T
 * H.264 §7.4.1).
 */
const withoutEmulation = (bytes: Uint8Array): Uint8Array =>
  bytes.filter((byte, i) => !(byte === 3 && i >= 2 && bytes[i - 1] === 0 && bytes[i - 2] === 0))

/** Returns chroma_format_idc. The value 1 means 4:2:0. */
const readChroma = (fields: BitReader): number => {
  const chroma = fields.ue()
  if (chroma === 3) fields.bit() // separate planes
  fields.ue() // luma bit depth
  fields.ue() // chroma bit depth
  fields.bit() // lossless
  const lists = fields.bit() === 0 ? 0 : chroma === 3 ? 12 : 8
  for (let list = 0; list < lists; list++) if (fields.bit() === 1) skipScalingList(fields, list < 6 ? 16 : 64)
  return chroma
}

const skipScalingList = (fields: BitReader, size: number): void => {
  let [last, next] = [8, 8]
  for (let i = 0; i < size && next !== 0; i++) {
    next = (last + fields.se() + 256) % 256
    if (next !== 0) last = next
  }
}

const skipOrderCounts = (fields: BitReader): void => {
  const type = fields.ue()
  if (type === 0) fields.ue()
  if (type !== 1) return
  fields.bit()
  fields.se()
  fields.se()
  for (let left = fields.ue(); left > 0; left--) fields.se()
}

/** Returns the number of pixels that are cropped horizontally and vertically. */
const readCropping = (fields: BitReader, chroma: number, fieldsInFrame: number) => {
  const [left, right, top, bottom] = [fields.ue(), fields.ue(), fields.ue(), fields.ue()]
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1
  const unitY = (chroma === 1 ? 2 : 1) * fieldsInFrame
  return { width: (left + right) * unitX, height: (top + bottom) * unitY }
}

const EXTENDED_ASPECT = 255
const SQUARE_OR_UNKNOWN = [0, 1]

/** Reads the video usability information up to the colours. */
const readUsability = (fields: BitReader): Pick<SequenceParameterSet, 'colour' | 'isSquare'> => {
  const isSquare = fields.bit() === 0 || readSquare(fields)
  if (fields.bit() === 1) fields.bit() // overscan
  return { isSquare, colour: fields.bit() === 1 ? readColour(fields) : null }
}

const readSquare = (fields: BitReader): boolean => {
  const aspect = fields.bits(8)
  if (aspect !== EXTENDED_ASPECT) return SQUARE_OR_UNKNOWN.includes(aspect)
  const [width, height] = [fields.bits(16), fields.bits(16)]
  return width === height
}

/** Code point "unspecified" of primaries, transfer and matrix. */
const UNSPECIFIED = 2

const readColour = (fields: BitReader): ParsedColourTags => {
  fields.bits(3) // video format (PAL, NTSC, …)
  const isFullRange = fields.bit() === 1
  const isDescribed = fields.bit() === 1
  const number = () => (isDescribed ? fields.bits(8) : UNSPECIFIED)
  return { primaries: number(), transfer: number(), matrix: number(), isFullRange }
}
