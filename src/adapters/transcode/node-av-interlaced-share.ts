import { Decoder } from 'node-av'
import { AV_FRAME_FLAG_INTERLACED } from 'node-av/constants'
import { LOOKED_AT_PICTURES } from '../../domain/ingest/interlacing.ts'
import { decoderLimits } from './limits.ts'
import { openSource } from './node-av-source.ts'

/** Of the first pictures of a stream; 0 where none can be decoded. */
export const interlacedShareOf = async (path: string, streamIndex: number): Promise<number> => {
  const source = await openSource(path)
  const stream = source.getStream(streamIndex)
  if (stream === undefined) throw new Error(`no stream ${streamIndex}`)
  const decoder = await Decoder.create(stream, { options: decoderLimits, exitOnError: false })
  let [decoded, interlaced] = [0, 0]
  for await (const frame of decoder.frames(source.packets(streamIndex))) {
    if (frame === null) continue
    decoded++
    if (frame.hasFlags(AV_FRAME_FLAG_INTERLACED)) interlaced++
    frame.free()
    if (decoded === LOOKED_AT_PICTURES) break
  }
  await source.close()
  return decoded === 0 ? 0 : interlaced / decoded
}
