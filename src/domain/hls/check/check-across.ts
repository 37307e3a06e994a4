import { linesOf, secondsOf } from '../m3u8-lines.ts'
import type { Child } from './children.ts'
import { broken, type Finding, withTag } from './finding.ts'

/** A media playlist among others of one master. */
export type Sibling = { readonly role: Child['role']; readonly text: string }

// Renditions may round their durations differently: a millisecond is no misalignment.
const tolerance = 0.001

const targetOf = (text: string): number =>
  Number(withTag(linesOf(text), 'EXT-X-TARGETDURATION')[0]?.value ?? 0)

const checkTarget = ({ text }: Sibling, greatest: number): ReadonlyArray<Finding> => {
  const [line = null] = withTag(linesOf(text), 'EXT-X-TARGETDURATION')
  return targetOf(text) === greatest
    ? []
    : [
        broken(
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
    return [broken('aligned', null, `has ${parts.length} parts, another rendition ${others.length}`)]

  let drift = 0
  for (const [i, line] of parts.entries()) {
    drift += secondsOf(line) - (others[i] ?? 0)
    if (Math.abs(drift) > tolerance)
      return [broken('aligned', line, `ends ${drift.toFixed(3)} s off the same part of another rendition`)]
  }
  return []
}

/** What lists of one file must have in common: for each of them, in order, what it has not. */
export const checkAcross = (siblings: ReadonlyArray<Sibling>): ReadonlyArray<ReadonlyArray<Finding>> => {
  const greatest = Math.max(...siblings.map(({ text }) => targetOf(text)))
  const model = siblings.find(({ role }) => role === 'pictures')
  return siblings.map((sibling) => [
    ...checkTarget(sibling, greatest),
    ...(model !== undefined && sibling.role === 'pictures' ? checkCuts(sibling, model) : []),
  ])
}
