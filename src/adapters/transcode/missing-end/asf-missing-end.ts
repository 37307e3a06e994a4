import type { SourceBytes } from '../source-bytes.ts'
import type { MissingEnd } from './missing-end.ts'

/** GUID of the File Properties Object (ASF specification §3.2). */
const FILE_PROPERTIES = 'a1dcab8c47a9cf118ee400c00c205365'
/** Size of an object's head in bytes: a GUID, and a size of 64 bits that includes this head. */
const HEAD = 24
/** The objects in the header come after its head, their number, and two reserved bytes. */
const FIRST_OBJECT = HEAD + 6
/** The flag of a recording in progress, whose header does not state its size. */
const BROADCAST = 1
const TICKS_PER_SECOND = 1e7

type AsfFacts = {
  /** Size of the file in bytes. */
  readonly fileBytes: number
  readonly seconds: number
}

/** Returns what an ASF (Windows Media) states about itself; `null` if it states nothing. */
export const asfFacts = async (bytes: SourceBytes): Promise<AsfFacts | null> => {
  const header = await bytes.at(0, HEAD)
  if (header.length < HEAD) return null
  const headerEnd = Number(header.readBigUInt64LE(16))
  for (let at = FIRST_OBJECT; at < headerEnd; ) {
    const object = await bytes.at(at, 92)
    if (object.length < HEAD) return null
    const size = Number(object.readBigUInt64LE(16))
    if (size < HEAD) return null
    if (object.toString('hex', 0, 16) === FILE_PROPERTIES && object.length === 92) {
      if ((object.readUInt32LE(88) & BROADCAST) !== 0) return null
      const [ticks, prerollMs] = [Number(object.readBigUInt64LE(64)), Number(object.readBigUInt64LE(80))]
      return {
        fileBytes: Number(object.readBigUInt64LE(40)),
        seconds: ticks / TICKS_PER_SECOND - prerollMs / 1000,
      }
    }
    at += size
  }
  return null
}

export const asfMissingEnd = async (bytes: SourceBytes): Promise<MissingEnd | null> => {
  const facts = await asfFacts(bytes)
  return facts === null || facts.fileBytes <= bytes.size ? null : { seconds: facts.seconds, isCutOff: true }
}
