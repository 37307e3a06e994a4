import { Muxer, type Packet } from 'node-av'
import type { RemuxJob } from '../engine.ts'
import { progressiveMuxer } from '../muxer-options.ts'
import { openDemuxer, startTimeShift } from './node-av-source.ts'

export const remuxWithNodeAv = async ({ outputs }: RemuxJob): Promise<void> => {
  for (const output of outputs) await copyTracks(output)
}

/** Copies the only track of each input into one file, interleaved by time. */
const copyTracks = async ({ inputs, file }: RemuxJob['outputs'][number]): Promise<void> => {
  const muxer = await Muxer.open(file, { format: 'mp4', options: { ...progressiveMuxer } })
  const tracks: Track[] = []
  // The calls are sequential, because the muxer numbers its tracks in the order of the calls.
  for (const input of inputs) tracks.push(await openTrack(input, muxer))
  for (;;) {
    const earliest = tracks.filter(hasNext).sort((a, b) => secondsOf(a.next) - secondsOf(b.next))[0]
    if (earliest === undefined) break
    await muxer.writePacket(earliest.next, earliest.index)
    earliest.next.free()
    await earliest.advance()
  }
  await muxer.close()
}

type Track = { readonly index: number; readonly next: Packet | null; readonly advance: () => Promise<void> }

const hasNext = (track: Track): track is Track & { readonly next: Packet } => track.next !== null

const openTrack = async (input: string, muxer: Muxer): Promise<Track> => {
  const demuxer = await openDemuxer(input)
  const stream = demuxer.getStream(0)
  if (stream === undefined) throw new Error('no track to copy')
  const packets = demuxer.packets(0)
  const shift = startTimeShift(demuxer)
  let next: Packet | null = null
  const advance = async () => {
    next = (await packets.next()).value ?? null
    if (next !== null) shift(next)
  }
  await advance()
  return {
    index: muxer.addStream(stream),
    get next() {
      return next
    },
    advance,
  }
}

const secondsOf = ({ dts, timeBase }: Packet): number => (Number(dts) * timeBase.num) / timeBase.den
