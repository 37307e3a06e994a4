import { AV_NOPTS_VALUE } from 'node-av/constants'
import { createPeakFrameRateMeter } from '../peak-frame-rate.ts'
import { openDemuxer } from './node-av-source.ts'

export const measurePeakFrameRate = async (path: string, streamIndex: number): Promise<number> => {
  const source = await openDemuxer(path)
  const peak = createPeakFrameRateMeter()
  for await (const packet of source.packets(streamIndex)) {
    if (packet === null) continue
    const { dts, timeBase } = packet
    if (dts !== AV_NOPTS_VALUE) peak.take((Number(dts) * timeBase.num) / timeBase.den)
    packet.free()
  }
  await source.close()
  return peak.rate()
}
