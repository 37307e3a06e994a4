import { matroskaElementAt } from './matroska-elements.ts'
import { type SourceBytes, withSourceBytes } from './source-bytes.ts'

/**
 * Returns whether a Matroska or ASF file declares that it is encrypted; for MP4 see readMovie. Without this
 * check the reason would be unknown to users: engines decode encrypted data to noise, or fail without a
 * reason.
 */
export const isEncryptedFile = (path: string, signal: AbortSignal): Promise<boolean> =>
  withSourceBytes(path, signal, async (bytes) => (await isEncryptedMatroska(bytes)) || isEncryptedAsf(bytes))

/** Maximum number of elements that are read. No real header has more; a hostile file may have millions. */
const MAX_ELEMENTS = 100_000

/** Ids of Matroska elements (RFC 9559 §5). */
const EBML = 0x1a45dfa3
const CLUSTER = 0x1f43b675
const CONTENT_ENCRYPTION = 0x5035
/**
 * Ids of the elements on the path to an encryption: Segment, Tracks, TrackEntry, ContentEncodings,
 * ContentEncoding.
 */
const PARENTS: ReadonlyArray<number> = [0x18538067, 0x1654ae6b, 0xae, 0x6d80, 0x6240]

/**
 * Returns whether a Matroska file declares an encrypted track. Stops at the first cluster, because the
 * tracks come before the clusters, which are most of a file.
 */
const isEncryptedMatroska = async (bytes: SourceBytes): Promise<boolean> => {
  let at = 0
  for (let i = 0; i < MAX_ELEMENTS; i++) {
    const element = await matroskaElementAt(bytes, at)
    if (element === null || (at === 0 && element.id !== EBML) || element.id === CLUSTER) return false
    if (element.id === CONTENT_ENCRYPTION) return true
    const isEntered = PARENTS.includes(element.id)
    if (!isEntered && element.end === null) return false
    at = isEntered ? element.body : (element.end ?? element.body)
  }
  return false
}

/**
 * Id of the header object (Advanced Systems Format, revision 01.20.06, §10). The first three numbers of a
 * GUID are little-endian.
 */
const ASF_HEADER = '3026b2758e66cf11a6d900aa0062ce6c'
/** Ids of the objects Content Encryption, Extended Content Encryption and Advanced Content Encryption. */
const ASF_ENCRYPTION: ReadonlyArray<string> = [
  'fbb3112223bdd211b4b700a0c955fc6e',
  '14e68a292226174cb935dae07ee9289c',
  '338505438169e6499b74ad12cb86d58c',
]
const ASF_HEADER_BYTES = 30
const ASF_OBJECT_BYTES = 24

const isEncryptedAsf = async (bytes: SourceBytes): Promise<boolean> => {
  const header = await asfObjectAt(bytes, 0)
  if (header?.id !== ASF_HEADER) return false
  let at = ASF_HEADER_BYTES
  for (let i = 0; i < MAX_ELEMENTS && at < header.size; i++) {
    const object = await asfObjectAt(bytes, at)
    if (object === null) return false
    if (ASF_ENCRYPTION.includes(object.id)) return true
    at += object.size
  }
  return false
}

const asfObjectAt = async (bytes: SourceBytes, at: number) => {
  const head = await bytes.at(at, ASF_OBJECT_BYTES)
  if (head.length < ASF_OBJECT_BYTES) return null
  const size = Number(head.readBigUInt64LE(16))
  return size < ASF_OBJECT_BYTES ? null : { id: head.toString('hex', 0, 16), size }
}
