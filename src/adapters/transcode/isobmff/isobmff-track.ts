import type { ParsedAudio, ParsedColourTags, ParsedVideo } from '../../../domain/examiner/parsed-media.ts'
import { parseSequenceParameterSet } from './h264-sequence.ts'
import { boxesIn, createFieldReader, type FieldReader, malformedBox, requireOneBox } from './isobmff.ts'
import { readTrackHeader } from './track-header.ts'

/** The only track of a rendition, as its init segment describes it. */
export type Track = {
  readonly id: number
  /** Number of ticks per second. */
  readonly timescale: number
  /** Whether the track's matrix neither rotates, mirrors nor stretches the image. */
  readonly isUpright: boolean
  readonly hasEditList: boolean
  /** Codec, in the format of RFC 6381. */
  readonly codec: string
  /** Facts about the video; `null` for audio. */
  readonly video: ParsedVideo | null
  /** Facts about the audio; `null` for video. */
  readonly audio: ParsedAudio | null
  /** Size of the length field before a NAL unit, in bytes; 0 for audio. */
  readonly unitLengthBytes: number
  readonly defaults: SampleDefaults
}

/** Default values for samples of fragments (`trex`, ISO/IEC 14496-12 §8.8.3). */
export type SampleDefaults = { readonly duration: number; readonly size: number; readonly flags: number }

/** Reads an init segment: `ftyp`, and a `moov` with one track of H.264 or AAC. */
export const readTrack = (init: Uint8Array): Track => {
  const moov = requireOneBox(init, 'moov')
  const trak = requireOneBox(moov, 'trak')
  const { id, isUpright } = readTrackHeader(requireOneBox(trak, 'tkhd'))
  const timescale = readTimescale(requireOneBox(trak, 'mdia', 'mdhd'))
  if (timescale === 0) throw malformedBox('a timescale of 0')
  const stsd = requireOneBox(trak, 'mdia', 'minf', 'stbl', 'stsd')
  return {
    id,
    timescale,
    isUpright,
    hasEditList: boxesIn(trak).some(({ type }) => type === 'edts'),
    ...readSampleEntry(stsd),
    defaults: readDefaults(requireOneBox(moov, 'mvex', 'trex'), id),
  }
}

/**
 * Reads the timescale of a MediaHeaderBox. It follows version, flags, and two times of 32 bits (64 bits in
 * version 1).
 */
const readTimescale = (mdhd: Uint8Array): number => {
  const fields = createFieldReader(mdhd, 'mdhd')
  const version = fields.u8()
  fields.skip(3 + (version === 1 ? 16 : 8))
  return fields.u32()
}

const readDefaults = (trex: Uint8Array, trackId: number): SampleDefaults => {
  const fields = createFieldReader(trex, 'trex')
  fields.skip(4)
  if (fields.u32() !== trackId) throw malformedBox('trex is of another track')
  fields.skip(4)
  return { duration: fields.u32(), size: fields.u32(), flags: fields.u32() }
}

type SampleEntry = Pick<Track, 'codec' | 'video' | 'audio' | 'unitLengthBytes'>

/** Reads the first entry of a SampleDescriptionBox. */
export const readSampleEntry = (stsd: Uint8Array): SampleEntry => {
  const [entry] = boxesIn(stsd.subarray(8))
  if (entry?.type === 'avc1') return readAvc1(entry.body)
  if (entry?.type === 'mp4a') return readMp4a(entry.body)
  throw malformedBox('neither H.264 nor AAC')
}

/**
 * Reads a VisualSampleEntry (ISO/IEC 14496-12 §12.1.3) and the boxes in it. `avcC` contains the name of the
 * codec (14496-15 §5.3.3).
 */
const readAvc1 = (body: Uint8Array): SampleEntry => {
  const fields = createFieldReader(body, 'avc1')
  fields.skip(24)
  const [width, height] = [fields.u16(), fields.u16()]
  fields.skip(50)
  const boxes = fields.rest()
  const avcC = createFieldReader(requireOneBox(boxes, 'avcC'), 'avcC')
  avcC.skip(1)
  const profileConstraintsLevel = avcC.u24().toString(16).padStart(6, '0')
  const unitLengthBytes = (avcC.u8() & 3) + 1
  const isOnlySequence = (avcC.u8() & 31) === 1
  return {
    codec: `avc1.${profileConstraintsLevel}`,
    video: {
      width,
      height,
      sequence: isOnlySequence ? parseSequenceParameterSet(avcC.take(avcC.u16())) : null,
      boxColour: readColr(boxes),
    },
    audio: null,
    unitLengthBytes,
  }
}

/**
 * Reads the ColourInformationBox (ISO/IEC 14496-12 §12.1.5) of type `nclx`. Returns `null` if there is none.
 */
const readColr = (boxes: Uint8Array): ParsedColourTags | null => {
  const colr = boxesIn(boxes).find(({ type }) => type === 'colr')
  if (colr === undefined) return null
  const fields = createFieldReader(colr.body, 'colr')
  if (fields.text(4) !== 'nclx') return null
  const [primaries, transfer, matrix] = [fields.u16(), fields.u16(), fields.u16()]
  return { primaries, transfer, matrix, isFullRange: (fields.u8() & 0x80) !== 0 }
}

/**
 * Reads an AudioSampleEntry and the boxes in it. Its channel count is ignored, because some encoders always
 * write 2.
 */
const readMp4a = (body: Uint8Array): SampleEntry => {
  const fields = createFieldReader(body, 'mp4a')
  fields.skip(28)
  const audio = readEsds(requireOneBox(fields.rest(), 'esds'))
  return { codec: `mp4a.40.${audio.objectType}`, video: null, audio, unitLengthBytes: 0 }
}

const ES_DESCRIPTOR = 3
const DECODER_CONFIG = 4
const DECODER_SPECIFIC = 5
const MPEG4_AUDIO = 0x40

/** Sample rates in Hz, by their index in AudioSpecificConfig (ISO/IEC 14496-3 §1.6.3.4). */
const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350,
]

/** Reads an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5) up to its AudioSpecificConfig (14496-3 §1.6.2.1). */
const readEsds = (body: Uint8Array): ParsedAudio => {
  const fields = createFieldReader(body, 'esds')
  fields.skip(4)
  enterDescriptor(fields, ES_DESCRIPTOR)
  fields.skip(2)
  const flags = fields.u8()
  if (flags & 0x80) fields.skip(2)
  if (flags & 0x40) fields.skip(fields.u8())
  if (flags & 0x20) fields.skip(2)
  enterDescriptor(fields, DECODER_CONFIG)
  if (fields.u8() !== MPEG4_AUDIO) throw malformedBox('no MPEG-4 audio')
  fields.skip(12)
  enterDescriptor(fields, DECODER_SPECIFIC)
  const config = fields.u16()
  const objectType = config >> 11
  // After an extended object type, the other fields have other positions. Larder's encoders never write one.
  if (objectType === 31) return { objectType: 32 + ((config >> 5) & 0x3f), sampleRate: null, channels: 0 }
  return {
    objectType,
    sampleRate: SAMPLE_RATES[(config >> 7) & 15] ?? null,
    channels: (config >> 3) & 15,
  }
}

/**
 * Skips the tag and the length (groups of 7 bits) of a descriptor. The length is ignored, because the bounds
 * of the enclosing box are checked.
 */
const enterDescriptor = (fields: FieldReader, tag: number): void => {
  if (fields.u8() !== tag) throw malformedBox('esds is out of order')
  while (fields.u8() & 0x80);
}
