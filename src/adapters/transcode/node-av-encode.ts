import { Decoder, type Demuxer, FilterAPI, FilterComplexAPI, type Frame, Log, type Packet } from 'node-av'
import { AV_LOG_ERROR, AV_NOPTS_VALUE } from 'node-av/constants'
import { CUT_OFF, type Encoded, type EncodeJob, type StreamJob } from './engine.ts'
import { decoderLimits } from './limits.ts'
import { openSink, type Sink } from './node-av-sink.ts'
import { openSource, startShift } from './node-av-source.ts'

/** One pass over the source, as the program ffmpeg does it: each stream decoded once, encoded for all its outputs. */
export const encode = async (job: EncodeJob, onProgress: (seconds: number) => void): Promise<Encoded> => {
  let isCutOff = false
  Log.setCallback(
    (_, message) => {
      isCutOff ||= CUT_OFF.test(message)
    },
    { maxLevel: AV_LOG_ERROR },
  )
  const source = await openSource(job.path, job.jumpSeconds)
  const jobs = [job.video, job.audio].filter((stream) => stream !== null)
  const lines = await Promise.all(jobs.map((stream) => openLine(source, stream)))
  const shift = startShift(source, [...jobs.map(({ streamIndex }) => streamIndex), ...job.alongside])
  let told = 0
  for await (const packet of source.packets()) {
    if (packet === null) continue
    const line = lines.find(({ streamIndex }) => streamIndex === packet.streamIndex)
    if (line !== undefined) {
      if (!job.isFromZero) shift(packet)
      await line.push(packet)
      const seconds = secondsOf(packet)
      if (seconds > told + 0.5) {
        told = seconds
        onProgress(seconds)
      }
    }
    packet.free()
  }
  for (const line of lines) await line.finish()
  await source.close()
  return { isCutOff }
}

const secondsOf = ({ pts, timeBase }: Packet): number =>
  pts === AV_NOPTS_VALUE ? 0 : (Number(pts) * timeBase.num) / timeBase.den

type Line = {
  readonly streamIndex: number
  readonly push: (packet: Packet) => Promise<void>
  readonly finish: () => Promise<void>
}

/** As the program ffmpeg: a stream of which more than this share cannot be decoded has failed. */
const MAX_ERROR_RATE = 2 / 3

const openLine = async (
  source: Demuxer,
  { streamIndex, steady, graph, outputs }: StreamJob,
): Promise<Line> => {
  const stream = source.getStream(streamIndex)
  if (stream === undefined) throw new Error(`no stream ${streamIndex}`)
  const decoder = await Decoder.create(stream, { options: { ...decoderLimits, threads: 'auto' } })
  const filter = FilterComplexAPI.create(`[in]${graph}`, {
    inputs: [{ label: 'in' }],
    outputs: outputs.map(({ label }) => ({ label })),
  })
  // It begins anew where the source changes its form; what follows sees one form all the way.
  const steadied = FilterAPI.create(steady, { allowReinit: true })
  const sinks = await Promise.all(outputs.map((output) => openSink(output, filter)))
  let [decoded, undecodable] = [0, 0]
  let encoding: Promise<unknown> = Promise.resolve()

  /** Encodes what the graph has ready, all outputs side by side, while the next picture is decoded and scaled. */
  const forward = async () => {
    for (;;) {
      const ready = await takeFrames(filter, sinks)
      if (ready.length === 0) return
      await encoding
      encoding = Promise.all(ready.map(([sink, frame]) => sink.push(frame)))
      // It fails where it is awaited; until then nobody is to call the failure unhandled.
      encoding.catch(() => {})
    }
  }
  /** Decoders say at either end that a packet is damaged: the film goes on behind it. */
  const receiveFrame = async () => {
    try {
      return await decoder.receive()
    } catch {
      undecodable++
      return null
    }
  }
  const drain = async () => {
    for (;;) {
      const frame = await receiveFrame()
      if (!frame) return
      decoded++
      await steadied.process(frame)
      frame.free()
      await takeSteadied()
    }
  }
  const takeSteadied = async () => {
    for (;;) {
      const frame = await steadied.receive()
      if (!frame) return
      await filter.process('in', frame)
      frame.free()
      await forward()
    }
  }
  return {
    streamIndex,
    push: async (packet) => {
      try {
        await decoder.decode(packet)
      } catch {
        undecodable++
      }
      await drain()
    },
    finish: async () => {
      await decoder.flush()
      await drain()
      if (decoded === 0 || undecodable > MAX_ERROR_RATE * (decoded + undecodable))
        throw new Error(`stream ${streamIndex} cannot be decoded`)
      await steadied.flush()
      await takeSteadied()
      await filter.flush()
      await forward()
      await encoding
      await Promise.all(sinks.map(({ finish }) => finish()))
    },
  }
}

/** One frame for each output that has one. The graph gives them out one after the other only. */
const takeFrames = async (
  filter: FilterComplexAPI,
  sinks: ReadonlyArray<Sink>,
): Promise<ReadonlyArray<readonly [Sink, Frame]>> => {
  const ready: Array<readonly [Sink, Frame]> = []
  for (const sink of sinks) {
    const frame = await filter.receive(sink.label)
    if (frame) ready.push([sink, frame])
  }
  return ready
}
