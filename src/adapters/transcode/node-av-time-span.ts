import { AV_NOPTS_VALUE } from 'node-av/constants'
import { openSource } from './node-av-source.ts'
import { createTimeSpan } from './time-span.ts'

export const timeSpanOf = async (path: string, streamIndexes: ReadonlyArray<number>): Promise<number> => {
  const source = await openSource(path)
  const span = createTimeSpan()
  for await (const packet of source.packets()) {
    if (packet === null) continue
    const { dts, duration, timeBase, streamIndex } = packet
    const unit = timeBase.num / timeBase.den
    if (dts !== AV_NOPTS_VALUE && streamIndexes.includes(streamIndex))
      span.take(Number(dts) * unit, Number(duration) * unit)
    packet.free()
  }
  await source.close()
  return span.seconds()
}
