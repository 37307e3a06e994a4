import type { Keyframe, NewContentExport, NewContentPart } from '../media/content-export.ts'
import { examineDeclaredTracks } from './examine-declared-tracks.ts'
import { isVideoRendition } from './examine-lengths.ts'
import { type ParsedRendition, parsedSeconds } from './parsed-media.ts'
import { type Violation, violation } from './violation.ts'

/** The fields that a part must have, computed from its bytes. */
export type ExpectedPart = Pick<NewContentPart, 'role' | 'position' | 'durationTicks' | 'timescale'> & {
  readonly bytes: number
  readonly keyframes: ReadonlyArray<Keyframe>
}

type ExpectedExport = {
  readonly format: NewContentExport['format']
  readonly parsed: ReadonlyArray<ParsedRendition>
  /**
   * The expected parts, ordered by role and position (the primary key of the table): the init segment comes
   * first.
   */
  readonly parts: ReadonlyArray<ExpectedPart>
}

/** Compares the fields that segmented exports and MP4 exports have in common with recomputed values. */
export const examinePublished = (
  name: string,
  stored: NewContentExport,
  { format, parsed, parts }: ExpectedExport,
): ReadonlyArray<Violation> => {
  const codecs = parsed.map(({ track }) => track.codec).join()
  const seconds = Math.max(...parsed.map(parsedSeconds))
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  const found: Violation[] = []
  if (stored.format !== format)
    found.push(violation('complete', `${name}: its format would be ${stored.format}, and is ${format}`))
  if (stored.codecs.join() !== codecs)
    found.push(
      violation('codec-string', `${name}: playlists would name ${stored.codecs.join()}, but it is ${codecs}`),
    )
  if (stored.fileSize !== bytes)
    found.push(
      violation('bytes', `${name}: it would be said to have ${stored.fileSize} bytes, and has ${bytes}`),
    )
  if (Math.abs(stored.durationSeconds - seconds) > 1e-6)
    found.push(
      violation(
        'durations',
        `${name}: its duration would be ${stored.durationSeconds} s, and is ${seconds} s`,
      ),
    )
  if (stored.averageBandwidth > stored.bandwidth)
    found.push(
      violation(
        'rates',
        `${name}: its average rate would be ${stored.averageBandwidth}, above its peak rate of ${stored.bandwidth} bit/s`,
      ),
    )
  const contentType = parsed.some(isVideoRendition) ? 'video/mp4' : 'audio/mp4'
  return [
    ...found,
    ...examineDeclaredTracks(name, parsed, stored),
    ...examineParts(name, stored.parts, parts, contentType),
  ]
}

const examineParts = (
  name: string,
  stored: ReadonlyArray<NewContentPart>,
  expected: ReadonlyArray<ExpectedPart>,
  contentType: string,
): ReadonlyArray<Violation> => {
  const inOrder = expected.every(
    ({ role, position }, i) => stored[i]?.role === role && stored[i]?.position === position,
  )
  if (!inOrder || stored.length !== expected.length)
    return [
      violation(
        'complete',
        `${name}: it would have ${stored.length} parts, which are not its ${expected.length} parts in order`,
      ),
    ]
  return stored.flatMap((part, i) => {
    const expectedPart = expected[i]
    return expectedPart === undefined ? [] : examinePart(name, part, expectedPart, contentType)
  })
}

const examinePart = (
  name: string,
  part: NewContentPart,
  expected: ExpectedPart,
  contentType: string,
): ReadonlyArray<Violation> => {
  const what = `${name}: ${part.role === 'init' ? 'its init segment' : `part ${part.position}`}`
  const seconds = ({ durationTicks, timescale }: Pick<NewContentPart, 'durationTicks' | 'timescale'>) =>
    (durationTicks / timescale).toFixed(3)
  const found: Violation[] = []
  if (part.timescale !== expected.timescale || part.durationTicks !== expected.durationTicks)
    found.push(
      violation(
        'durations',
        `${what} would be said to last ${seconds(part)} s, and lasts ${seconds(expected)} s`,
      ),
    )
  if (part.file.size !== expected.bytes)
    found.push(violation('bytes', `${what} was stored as ${part.file.size} bytes of ${expected.bytes}`))
  if (part.contentType !== contentType)
    found.push(
      violation('content-type', `${what} would be sent as ${part.contentType} in place of ${contentType}`),
    )
  if (!areSame(part.keyframes, expected.keyframes))
    found.push(violation('keyframes', `${what} does not have its keyframes where playlists would say`))
  return found
}

const areSame = (a: ReadonlyArray<Keyframe>, b: ReadonlyArray<Keyframe>): boolean =>
  a.length === b.length &&
  a.every(
    ({ offset, length, durationTicks }, i) =>
      offset === b[i]?.offset && length === b[i]?.length && durationTicks === b[i]?.durationTicks,
  )

/** Checks that all exports, parts and stored files have different uids. */
export const examineUids = (exports: ReadonlyArray<NewContentExport>): ReadonlyArray<Violation> => {
  const parts = exports.flatMap((each) => each.parts)
  const uids = [...exports, ...parts, ...parts.map(({ file }) => file)].map(({ uid }): string => uid)
  return new Set(uids).size === uids.length
    ? []
    : [violation('complete', 'two stored items have the same uid')]
}
