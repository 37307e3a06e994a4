import { asfFacts } from '../missing-end/asf-missing-end.ts'
import { CAF_HEAD } from '../missing-end/sound-missing-end.ts'
import type { SourceBytes } from '../source-bytes.ts'

/** Size of the GUIDs with which these formats begin, in bytes. */
const GUID = 16

const unlessOther = async (bytes: SourceBytes, end: number): Promise<number | null> => {
  const [first, second] = [Buffer.from(await bytes.at(0, GUID)), await bytes.at(end, GUID)]
  return end > 0 && second.length === GUID && first.equals(second) ? end : null
}

/** Returns the position of a second Windows Media file (ASF) after the first one; `null` if there is none. */
export const findSecondAsf = async (bytes: SourceBytes): Promise<number | null> => {
  const facts = await asfFacts(bytes)
  return facts === null ? null : unlessOther(bytes, facts.fileBytes)
}

/** Returns the position of a second Wave64 after the first one, which is a single chunk; `null` if there is none. */
export const findSecondWave64 = async (bytes: SourceBytes): Promise<number | null> => {
  const size = await bytes.at(GUID, 8)
  return size.length < 8 ? null : unlessOther(bytes, Number(size.readBigUInt64LE(0)))
}

/** Returns the position of a second Core Audio file after the chunks of the first; `null` if there is none. */
export const findSecondCaf = async (bytes: SourceBytes): Promise<number | null> => {
  for (let at = 8; ; ) {
    const head = await bytes.at(at, CAF_HEAD)
    if (head.length < CAF_HEAD) return null
    if (head.toString('latin1', 0, 6) === 'caff\0\x01') return at
    const size = Number(head.readBigInt64BE(4))
    if (size < 0) return null
    at += CAF_HEAD + size
  }
}
