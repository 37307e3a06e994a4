import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MediaFacts } from '../../../domain/ingest/plan/media-plan.ts'
import { BeyondLimits, type SourceBytes, sourceLimits, withSourceBytes } from '../source-bytes.ts'
import { findSecondFlac, findSecondFlv } from './second-flac-flv.ts'
import { findSecondMatroska } from './second-matroska.ts'
import { findSecondMp4 } from './second-mp4.ts'
import { findSecondOgg } from './second-ogg.ts'
import { findSecondRiffOrAiff } from './second-riff-aiff.ts'

/** Formats of which engines read the first file alone where several were put one behind the other. */
const FORMATS: ReadonlyArray<
  readonly [begins: string, behind: number, find: (bytes: SourceBytes) => Promise<number | null>]
> = [
  ['\x1a\x45\xdf\xa3', 0, findSecondMatroska],
  ['OggS', 0, findSecondOgg],
  ['FLV\x01', 0, findSecondFlv],
  ['fLaC', 0, findSecondFlac],
  ['WAVE', 8, findSecondRiffOrAiff],
  ['AIFF', 8, findSecondRiffOrAiff],
  ['AIFC', 8, findSecondRiffOrAiff],
  ['ftyp', 4, findSecondMp4],
]

/**
 * Where a second file begins behind the first; `null` where there is none, and in formats that go on through files;
 * `unknown` where the first one has too many parts to be read through.
 */
export const findSecondFile = (
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<number | null | 'unknown'> =>
  withSourceBytes(
    path,
    signal,
    async (bytes) => {
      const head = (await bytes.at(0, 12)).toString('latin1')
      const format = FORMATS.find(([begins, behind]) => head.startsWith(begins, behind))
      return format === undefined ? null : format[2](bytes)
    },
    limits,
  ).catch((cause) => {
    if (cause instanceof BeyondLimits) return 'unknown'
    throw cause
  })

export const withSecondFileWarning = async (
  facts: MediaFacts,
  path: string,
  signal: AbortSignal,
  limits = sourceLimits,
): Promise<MediaFacts> => {
  const begins = await findSecondFile(path, signal, limits)
  if (begins === null) return facts
  return { ...facts, warnings: [warningFor(begins), ...facts.warnings] }
}

const warningFor = (begins: number | 'unknown'): string =>
  begins === 'unknown'
    ? 'the file has too many parts: whether another file follows behind it was not looked at'
    : `the file goes on after its end: at ${(begins / 1e6).toFixed(1)} MB another file begins, which is left out. Join the two by remuxing them (as ffmpeg's concat does), or add each by itself`

/** The path of the first file alone: the file itself, or a copy in `folder`. Engines disagree on what they make of the rest. */
export const extractFirstFile = async (
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<string> => {
  const begins = await findSecondFile(path, signal)
  if (begins === null || begins === 'unknown') return path
  const copy = join(folder, 'first-file')
  await pipeline(createReadStream(path, { end: begins - 1 }), createWriteStream(copy, { flags: 'wx' }), {
    signal,
  })
  return copy
}
