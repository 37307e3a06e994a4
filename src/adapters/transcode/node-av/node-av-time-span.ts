import { AV_NOPTS_VALUE } from 'node-av/constants'
import { createTimeSpanMeter } from '../time-span.ts'
import { openDemuxer } from './node-av-source.ts'

export const timeSpanOf = async (path: string, streamIndexes: ReadonlyArray<number>): Promise<number> => {
  const source = await openDemuxer(path)
  const span = createTimeSpanMeter()
  for await (const packet of source.packets()) {
    if (packet === null) continue
    const { dts, duration, timeBase, streamIndex } = packet
    const tick = timeBase.num / timeBase.den
    if (dts !== AV_NOPTS_VALUE && streamIndexes.includes(streamIndex))
      span.take(Number(dts) * tick, Number(duration) * tick)
    packet.free()
  }
  await source.close()
  return span.seconds()
}
