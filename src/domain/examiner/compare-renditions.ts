import { type DeclaredTracks, examineDeclaredTracks } from './examine-declared-tracks.ts'
import {
  examineAlignment,
  examineLengths,
  examineSourceLength,
  examineSourceStreams,
  examineTiming,
  isVideoRendition,
  renditionLabel,
} from './examine-lengths.ts'
import { type ExaminedProgressive, examineProgressive } from './examine-progressive.ts'
import type { ParsedRendition, SourceStream } from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** A parsed rendition, and the facts that playlists will declare about it. */
type ExaminedRendition = DeclaredTracks & { readonly parsed: ParsedRendition }

type ExaminedContentFile = {
  readonly renditions: ReadonlyArray<ExaminedRendition>
  readonly progressive: ReadonlyArray<ExaminedProgressive>
  /** Names of the planned renditions. The exports must contain all of them. */
  readonly planned: ReadonlyArray<string>
  /** Duration in seconds of the part of the source that could be decoded; `null` if unknown. */
  readonly sourceSeconds: number | null
  readonly sourceStreams: ReadonlyArray<SourceStream>
}

/**
 * Compares all renditions of a content file with each other, with the source, and with the facts that
 * playlists will declare. If there is a violation, nothing is published. The comparison trusts neither the
 * encoders nor the plan.
 */
export const examineContentFile = ({
  renditions,
  progressive,
  planned,
  sourceSeconds,
  sourceStreams,
}: ExaminedContentFile): ReadonlyArray<Violation> => {
  const parsedRenditions = renditions.map(({ parsed }) => parsed)
  const empty = parsedRenditions.filter(({ parts }) => parts.length === 0)
  if (empty.length > 0) return empty.flatMap(examineTiming)
  return [
    ...examinePlanned(parsedRenditions, planned),
    ...parsedRenditions.flatMap(examineTiming),
    ...examineLengths(parsedRenditions),
    ...examineSourceLength(parsedRenditions, sourceSeconds),
    ...examineSourceStreams(parsedRenditions, sourceStreams),
    ...examineAlignment(parsedRenditions),
    ...renditions.flatMap((each) => examineDeclaredTracks(renditionLabel(each.parsed), [each.parsed], each)),
    ...examineFiles(parsedRenditions, progressive),
    ...progressive.flatMap(examineProgressive),
  ]
}

const examinePlanned = (
  parsedRenditions: ReadonlyArray<ParsedRendition>,
  planned: ReadonlyArray<string>,
): ReadonlyArray<Violation> =>
  planned
    .filter((planned) => parsedRenditions.every(({ name }) => name !== planned))
    .map((name) => violation('complete', `the rendition ${name} was planned but is missing`))

/**
 * Checks that each video rendition has an MP4, which contains audio if the file has any. If there is no
 * video, each audio rendition must have an MP4.
 */
const examineFiles = (
  parsedRenditions: ReadonlyArray<ParsedRendition>,
  progressive: ReadonlyArray<ExaminedProgressive>,
): ReadonlyArray<Violation> => {
  const videos = parsedRenditions.filter(isVideoRendition)
  const hasBoth = videos.length > 0 && videos.length < parsedRenditions.length
  return (videos.length > 0 ? videos : parsedRenditions).flatMap((parsed) => {
    const file = progressive.find(({ renditions }) => renditions.some(({ name }) => name === parsed.name))
    if (file === undefined) return [violation('complete', `${renditionLabel(parsed)}: it has no mp4`)]
    return file.renditions.length === (hasBoth ? 2 : 1)
      ? []
      : [violation('complete', `${renditionLabel(parsed)}: its mp4 has ${file.renditions.length} tracks`)]
  })
}
