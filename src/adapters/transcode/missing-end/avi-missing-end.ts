import type { SourceBytes } from '../source-bytes.ts'
import { type Chunk, formOf, isStatedSize, riffChunks } from './chunks.ts'
import type { MissingEnd } from './missing-end.ts'

/** Reads an AVI, which consists of one RIFF chunk, or of several if it is large (OpenDML). */
export const aviMissingEnd = async (bytes: SourceBytes): Promise<MissingEnd | null> => {
  let isCutOff = false
  for await (const riff of riffChunks(bytes, 0, bytes.size)) {
    if (riff.type !== 'RIFF' || !isStatedSize(riff.end - riff.body)) break
    isCutOff = riff.end > bytes.size
  }
  if (!isCutOff) return null
  let seconds = 0
  // A list may state an end behind that of its parent. Such bytes would be read for each parent.
  for await (const list of listsIn(bytes, 12, bytes.size, 'hdrl'))
    for await (const stream of listsIn(bytes, list.body + 4, list.end, 'strl'))
      seconds = Math.max(seconds, await streamSeconds(bytes, stream, Math.min(stream.end, list.end)))
  return { seconds, isCutOff }
}

async function* listsIn(bytes: SourceBytes, from: number, to: number, form: string): AsyncGenerator<Chunk> {
  for await (const chunk of riffChunks(bytes, from, to))
    if (chunk.type === 'LIST' && (await formOf(bytes, chunk)) === form) yield chunk
}

/** Returns the duration in the header of a stream of video or audio; 0 for other streams. */
const streamSeconds = async (bytes: SourceBytes, { body }: Chunk, end: number): Promise<number> => {
  for await (const chunk of riffChunks(bytes, body + 4, end)) {
    if (chunk.type !== 'strh') continue
    const header = await bytes.at(chunk.body, 36)
    if (header.length < 36 || !['vids', 'auds'].includes(header.toString('latin1', 0, 4))) return 0
    const [scale, rate, length] = [20, 24, 32].map((at) => header.readUInt32LE(at)) as [
      number,
      number,
      number,
    ]
    return rate === 0 ? 0 : (length * scale) / rate
  }
  return 0
}
