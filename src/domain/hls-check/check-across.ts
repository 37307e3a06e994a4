import { linesOf, secondsOf } from '../hls/m3u8-lines.ts'
import type { Child } from './children.ts'
import { type Finding, ruleViolation, withTag } from './finding.ts'

/** A media playlist among others of one master. */
export type Sibling = { readonly role: Child['role']; readonly text: string }

// Renditions may round their durations differently: a millisecond is no misalignment.
const tolerance = 0.001

const targetOf = (text: string): number =>
  Number(withTag(linesOf(text), 'EXT-X-TARGETDURATION')[0]?.value ?? 0)

// Whether the last key picture is said to last for a frame more or less does not matter.
const frame = 0.05

const checkTarget = ({ role, text }: Sibling, greatest: number): ReadonlyArray<Finding> => {
  if (role === 'keyPictures') return [] // complete lists of these are free to differ
  const [line = null] = withTag(linesOf(text), 'EXT-X-TARGETDURATION')
  return targetOf(text) === greatest
    ? []
    : [
        ruleViolation(
          'same-target',
          line,
          `has a target of ${targetOf(text)} s, another list of the file ${greatest} s`,
        ),
      ]
}

const checkCuts = ({ text }: Sibling, model: Sibling): ReadonlyArray<Finding> => {
  const parts = withTag(linesOf(text), 'EXTINF')
  const others = withTag(linesOf(model.text), 'EXTINF').map(secondsOf)
  if (parts.length !== others.length)
    return [ruleViolation('aligned', null, `has ${parts.length} parts, another rendition ${others.length}`)]

  let drift = 0
  for (const [i, line] of parts.entries()) {
    drift += secondsOf(line) - (others[i] ?? 0)
    if (Math.abs(drift) > tolerance)
      return [
        ruleViolation('aligned', line, `ends ${drift.toFixed(3)} s off the same part of another rendition`),
      ]
  }
  return []
}

const secondsIn = (text: string): number =>
  withTag(linesOf(text), 'EXTINF').reduce((sum, line) => sum + secondsOf(line), 0)

const checkLength = ({ text }: Sibling, model: Sibling): ReadonlyArray<Finding> => {
  const [seconds, expected] = [secondsIn(text), secondsIn(model.text)]
  return Math.abs(seconds - expected) <= frame
    ? []
    : [
        ruleViolation(
          'i-frames',
          null,
          `lasts ${seconds.toFixed(3)} s, the pictures ${expected.toFixed(3)} s`,
        ),
      ]
}

const checkRole = ({ role, text }: Sibling): ReadonlyArray<Finding> => {
  const [line = null] = withTag(linesOf(text), 'EXT-X-I-FRAMES-ONLY')
  if (role === 'keyPictures')
    return line === null ? [ruleViolation('i-frame-stream', null, 'has no #EXT-X-I-FRAMES-ONLY')] : []
  return line === null ? [] : [ruleViolation('i-frame-stream', line, 'is offered for playback')]
}

const checkAgainst = (sibling: Sibling, model: Sibling): ReadonlyArray<Finding> => {
  if (sibling.role === 'pictures') return checkCuts(sibling, model)
  return sibling.role === 'keyPictures' ? checkLength(sibling, model) : []
}

/** What lists of one file must have in common: for each of them, in order, what it has not. */
export const checkAcross = (siblings: ReadonlyArray<Sibling>): ReadonlyArray<ReadonlyArray<Finding>> => {
  const played = siblings.filter(({ role }) => role !== 'keyPictures')
  const greatest = Math.max(...played.map(({ text }) => targetOf(text)))
  const model = siblings.find(({ role }) => role === 'pictures')
  return siblings.map((sibling) => [
    ...checkTarget(sibling, greatest),
    ...checkRole(sibling),
    ...(model === undefined ? [] : checkAgainst(sibling, model)),
  ])
}
