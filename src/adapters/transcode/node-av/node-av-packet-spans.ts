import { AV_NOPTS_VALUE, AV_PKT_FLAG_DISCARD } from 'node-av/constants'
import { createPacketSpanMeter, type PacketSpan } from '../packet-spans.ts'
import { openDemuxer, startTimeShift } from './node-av-source.ts'

export const packetSpansOf = async (
  path: string,
  streamIndexes: ReadonlyArray<number>,
  jumpSeconds: number,
): Promise<ReadonlyArray<PacketSpan>> => {
  const source = await openDemuxer(path, jumpSeconds)
  const shift = startTimeShift(source, streamIndexes)
  const meter = createPacketSpanMeter()
  for await (const packet of source.packets()) {
    if (packet === null) continue
    shift(packet)
    const { pts, dts, duration, timeBase, streamIndex } = packet
    const time = pts === AV_NOPTS_VALUE ? dts : pts
    const tick = timeBase.num / timeBase.den
    // Packets outside the edit list are decoded, but not shown.
    const isShown = time !== AV_NOPTS_VALUE && !packet.hasFlags(AV_PKT_FLAG_DISCARD)
    if (isShown && streamIndexes.includes(streamIndex))
      meter.take(streamIndex, Number(time) * tick, Number(duration) * tick)
    packet.free()
  }
  await source.close()
  return meter.spans()
}
