import { AV_NOPTS_VALUE } from 'node-av/constants'
import { createPeakRate } from '../peak-rate.ts'
import { openSource } from './node-av-source.ts'

export const peakRateOf = async (path: string, streamIndex: number): Promise<number> => {
  const source = await openSource(path)
  const peak = createPeakRate()
  for await (const packet of source.packets(streamIndex)) {
    if (packet === null) continue
    const { dts, timeBase } = packet
    if (dts !== AV_NOPTS_VALUE) peak.take((Number(dts) * timeBase.num) / timeBase.den)
    packet.free()
  }
  await source.close()
  return peak.rate()
}
