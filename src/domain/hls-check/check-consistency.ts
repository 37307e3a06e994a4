import { extinfSeconds, parseM3u8Lines } from '../hls/m3u8-lines.ts'
import type { ChildPlaylist } from './child-playlists.ts'
import { linesWithTag, type PlaylistFinding, ruleViolation } from './finding.ts'

/** A child playlist of a master playlist, with its text. */
type ChildPlaylistText = { readonly role: ChildPlaylist['role']; readonly text: string }

// Difference of durations (seconds) that is permitted. Renditions may round their durations differently, so a
// difference of a millisecond is not a misalignment.
const tolerance = 0.001

const targetOf = (text: string): number =>
  Number(linesWithTag(parseM3u8Lines(text), 'EXT-X-TARGETDURATION')[0]?.value ?? 0)

// Difference of durations (seconds) that is permitted for I-frame playlists. The last keyframe may be listed
// as one frame longer or shorter.
const frameTolerance = 0.05

const checkTarget = ({ role, text }: ChildPlaylistText, greatest: number): ReadonlyArray<PlaylistFinding> => {
  if (role === 'iFrames') return [] // I-frame playlists may have another target duration
  const [line = null] = linesWithTag(parseM3u8Lines(text), 'EXT-X-TARGETDURATION')
  return targetOf(text) === greatest
    ? []
    : [
        ruleViolation(
          'same-target',
          line,
          `has a target duration of ${targetOf(text)} s, another playlist of the file ${greatest} s`,
        ),
      ]
}

const checkAlignment = (
  { text }: ChildPlaylistText,
  reference: ChildPlaylistText,
): ReadonlyArray<PlaylistFinding> => {
  const lines = linesWithTag(parseM3u8Lines(text), 'EXTINF')
  const others = linesWithTag(parseM3u8Lines(reference.text), 'EXTINF').map(extinfSeconds)
  if (lines.length !== others.length)
    return [
      ruleViolation('aligned', null, `has ${lines.length} segments, another rendition ${others.length}`),
    ]

  let drift = 0
  for (const [i, line] of lines.entries()) {
    drift += extinfSeconds(line) - (others[i] ?? 0)
    if (Math.abs(drift) > tolerance)
      return [
        ruleViolation(
          'aligned',
          line,
          `ends ${Math.abs(drift).toFixed(3)} s ${drift > 0 ? 'after' : 'before'} the same segment of another rendition`,
        ),
      ]
  }
  return []
}

const secondsIn = (text: string): number =>
  linesWithTag(parseM3u8Lines(text), 'EXTINF').reduce((sum, line) => sum + extinfSeconds(line), 0)

const checkLength = (
  { text }: ChildPlaylistText,
  reference: ChildPlaylistText,
): ReadonlyArray<PlaylistFinding> => {
  const [seconds, expected] = [secondsIn(text), secondsIn(reference.text)]
  return Math.abs(seconds - expected) <= frameTolerance
    ? []
    : [ruleViolation('i-frames', null, `lasts ${seconds.toFixed(3)} s, the video ${expected.toFixed(3)} s`)]
}

const checkRole = ({ role, text }: ChildPlaylistText): ReadonlyArray<PlaylistFinding> => {
  const [line = null] = linesWithTag(parseM3u8Lines(text), 'EXT-X-I-FRAMES-ONLY')
  if (role === 'iFrames')
    return line === null ? [ruleViolation('i-frame-stream', null, 'has no #EXT-X-I-FRAMES-ONLY')] : []
  return line === null ? [] : [ruleViolation('i-frame-stream', line, 'is offered for playback')]
}

const checkAgainst = (
  sibling: ChildPlaylistText,
  reference: ChildPlaylistText,
): ReadonlyArray<PlaylistFinding> => {
  if (sibling.role === 'video') return checkAlignment(sibling, reference)
  return sibling.role === 'iFrames' ? checkLength(sibling, reference) : []
}

/**
 * Checks the properties that all playlists of a file must share. Returns the findings of each playlist, in
 * the order of `siblings`.
 */
export const checkConsistency = (
  siblings: ReadonlyArray<ChildPlaylistText>,
): ReadonlyArray<ReadonlyArray<PlaylistFinding>> => {
  const playable = siblings.filter(({ role }) => role !== 'iFrames')
  const greatest = Math.max(...playable.map(({ text }) => targetOf(text)))
  const reference = siblings.find(({ role }) => role === 'video')
  return siblings.map((sibling) => [
    ...checkTarget(sibling, greatest),
    ...checkRole(sibling),
    ...(reference === undefined ? [] : checkAgainst(sibling, reference)),
  ])
}
