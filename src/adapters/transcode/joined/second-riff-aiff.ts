import type { SourceBytes } from '../source-bytes.ts'

/**
 * Returns the position of a second WAVE (RIFF) or AIFF (FORM) file after the first one, which is a single
 * chunk; `null` if there is none. AVI is not checked, because it consists of several chunks, and engines read
 * all that follow.
 */
export const findSecondRiffOrAiff = async (bytes: SourceBytes): Promise<number | null> => {
  const head = await bytes.at(0, 12)
  const [name, form] = [head.toString('latin1', 0, 4), head.toString('latin1', 8)]
  const size = name === 'RIFF' ? head.readUInt32LE(4) : head.readUInt32BE(4)
  const end = 8 + size + (size % 2)
  const next = await bytes.at(end, 12)
  return next.toString('latin1', 0, 4) === name && next.toString('latin1', 8) === form ? end : null
}
