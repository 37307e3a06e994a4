import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MediaFacts } from '../../../domain/ingest/plan/media-plan.ts'
import { ASF, CAF, type FormatReaders, readByFormat, WAVE, WAVE64 } from '../formats.ts'
import { sourceLimits } from '../source-bytes.ts'
import { findSecondAsf, findSecondCaf, findSecondWave64 } from './second-asf-wave64-caf.ts'
import { findSecondFlac, findSecondFlv } from './second-flac-flv.ts'
import { findSecondMatroska } from './second-matroska.ts'
import { findSecondMp4 } from './second-mp4.ts'
import { findSecondOgg } from './second-ogg.ts'
import { findSecondRiffOrAiff } from './second-riff-aiff.ts'

/** Formats of which engines read only the first file if several files were concatenated. */
const READERS: FormatReaders<number | null> = [
  ['\x1a\x45\xdf\xa3', 0, findSecondMatroska],
  ['OggS', 0, findSecondOgg],
  ['FLV\x01', 0, findSecondFlv],
  ['fLaC', 0, findSecondFlac],
  [...WAVE, findSecondRiffOrAiff],
  ['AIFF', 8, findSecondRiffOrAiff],
  ['AIFC', 8, findSecondRiffOrAiff],
  [...WAVE64, findSecondWave64],
  [...CAF, findSecondCaf],
  [...ASF, findSecondAsf],
  ['ftyp', 4, findSecondMp4],
]

/**
 * Returns the position of a second file that was appended to the first one. Returns `null` if there is no
 * second file, and for formats whose files can be concatenated. Returns `unknown` if the first file has too
 * many parts to read all of them.
 */
export const findSecondFile = (
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<number | null | 'unknown'> =>
  readByFormat(READERS, path, signal, { otherwise: 'unknown' as const, limits })

export const withSecondFileWarning = async (
  facts: MediaFacts,
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<MediaFacts> => {
  const secondAt = await findSecondFile(path, signal, limits)
  if (secondAt === null) return facts
  return { ...facts, warnings: [warningFor(secondAt), ...facts.warnings] }
}

const warningFor = (secondAt: number | 'unknown'): string =>
  secondAt === 'unknown'
    ? 'the file has too many parts, so Larder did not check whether another file follows it'
    : `the file contains a second file, which begins at ${(secondAt / 1e6).toFixed(1)} MB and is left out. Join the two by remuxing them (as ffmpeg's concat does), or add each by itself`

/**
 * Returns the path of the first file alone: the path itself, or a copy in `folder`. The copy is needed,
 * because engines handle an appended file in different ways.
 */
export const extractFirstFile = async (
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<string> => {
  const secondAt = await findSecondFile(path, signal)
  if (secondAt === null || secondAt === 'unknown') return path
  const copy = join(folder, 'first-file')
  await pipeline(createReadStream(path, { end: secondAt - 1 }), createWriteStream(copy, { flags: 'wx' }), {
    signal,
  })
  return copy
}
