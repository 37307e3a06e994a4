import * as t from 'io-ts'

/** Times of the packets of one stream, in seconds from the start of the file. */
export const PacketSpan = t.readonly(
  t.strict({
    streamIndex: t.number,
    startSeconds: t.number,
    endSeconds: t.number,
    /** Duration of the packet that ends last; 0 if the demuxer does not know it. */
    lastPacketSeconds: t.number,
  }),
)
export type PacketSpan = t.TypeOf<typeof PacketSpan>

/** Measures the packets of several streams, by their presentation times. */
export const createPacketSpanMeter = () => {
  const spans = new Map<number, PacketSpan>()
  return {
    take: (streamIndex: number, seconds: number, duration: number): void => {
      const end = seconds + duration
      const before = spans.get(streamIndex)
      const isLast = before === undefined || end > before.endSeconds
      spans.set(streamIndex, {
        streamIndex,
        startSeconds: Math.min(seconds, before?.startSeconds ?? seconds),
        endSeconds: isLast ? end : before.endSeconds,
        lastPacketSeconds: isLast ? duration : before.lastPacketSeconds,
      })
    },
    /** Returns a span for each stream that has packets. */
    spans: (): ReadonlyArray<PacketSpan> => [...spans.values()],
  }
}

/**
 * Returns the seconds from the start of the earliest packet of all streams to the end of the latest; 0 if
 * there are no packets.
 */
export const totalPacketSeconds = (spans: ReadonlyArray<PacketSpan>): number =>
  spans.length === 0
    ? 0
    : Math.max(...spans.map(({ endSeconds }) => endSeconds)) -
      Math.min(...spans.map(({ startSeconds }) => startSeconds))
