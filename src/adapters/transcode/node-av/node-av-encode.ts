import { setImmediate } from 'node:timers/promises'
import { Decoder, type Demuxer, FilterAPI, FilterComplexAPI, type Frame, Log, type Packet } from 'node-av'
import { AV_LOG_ERROR, AV_NOPTS_VALUE } from 'node-av/constants'
import { type EncodeJob, type EncodeResult, type StreamJob, TRUNCATED_FILE_LOG_PATTERN } from '../engine.ts'
import { decoderLimits } from '../process/decoder-limits.ts'
import { type EncoderSink, openEncoderSink } from './node-av-sink.ts'
import { openDemuxer, startTimeShift } from './node-av-source.ts'

/**
 * Makes one pass over the source, as the program ffmpeg does. Decodes each stream once for all of its
 * outputs.
 */
export const encodeWithNodeAv = async (
  job: EncodeJob,
  onProgress: (seconds: number) => void,
): Promise<EncodeResult> => {
  let [isTruncated, hasErrors] = [false, false]
  Log.setCallback(
    (_, message) => {
      hasErrors = true
      isTruncated ||= TRUNCATED_FILE_LOG_PATTERN.test(message)
    },
    { maxLevel: AV_LOG_ERROR },
  )
  const source = await openDemuxer(job.path, job.jumpSeconds)
  const jobs = [job.video, job.audio].filter((stream) => stream !== null)
  let lastReported = 0
  // Reports the progress from the time of packets that are read and of frames that come out of the filters,
  // because a long gap between timestamps is filled with video or audio of the same length.
  const report = (seconds: number): void => {
    if (seconds <= lastReported + 0.5) return
    lastReported = seconds
    onProgress(seconds)
  }
  const pipelines = await Promise.all(jobs.map((stream) => openPipeline(source, stream, report)))
  const shift = startTimeShift(source, [
    ...jobs.map(({ streamIndex }) => streamIndex),
    ...job.referenceStreams,
  ])
  for await (const packet of source.packets()) {
    if (packet === null) continue
    const pipeline = pipelines.find(({ streamIndex }) => streamIndex === packet.streamIndex)
    if (pipeline !== undefined) {
      if (!job.hasZeroBasedTimes) shift(packet)
      await pipeline.push(packet)
      report(secondsOf(packet))
    }
    packet.free()
  }
  for (const pipeline of pipelines) await pipeline.finish()
  await source.close()
  // Log messages come from other threads, through the event loop.
  await setImmediate()
  return { isTruncated, hasErrors: hasErrors || pipelines.some(({ errors }) => errors() > 0) }
}

const secondsOf = ({ pts, timeBase }: Packet | Frame): number =>
  pts === AV_NOPTS_VALUE || timeBase.den === 0 ? 0 : (Number(pts) * timeBase.num) / timeBase.den

type Pipeline = {
  readonly streamIndex: number
  readonly push: (packet: Packet) => Promise<void>
  readonly finish: () => Promise<void>
  /** Number of packets that could not be decoded. */
  readonly errors: () => number
}

/**
 * Maximum fraction of packets that may fail to decode. A stream with more errors fails, as in the program
 * ffmpeg.
 */
const MAX_ERROR_RATE = 2 / 3

const openPipeline = async (
  source: Demuxer,
  { streamIndex, normalization, graph, outputs }: StreamJob,
  report: (seconds: number) => void,
): Promise<Pipeline> => {
  const stream = source.getStream(streamIndex)
  if (stream === undefined) throw new Error(`no stream ${streamIndex}`)
  const decoder = await Decoder.create(stream, { options: { ...decoderLimits, threads: 'auto' } })
  const filter = FilterComplexAPI.create(`[in]${graph}`, {
    inputs: [{ label: 'in' }],
    outputs: outputs.map(({ label }) => ({ label })),
  })
  // This filter restarts if the source changes its format, so that the filters after it get a single format.
  const normalizer = FilterAPI.create(normalization, { allowReinit: true })
  const sinks = await Promise.all(outputs.map((output) => openEncoderSink(output, filter)))
  let [decoded, undecodable] = [0, 0]
  let encoding: Promise<unknown> = Promise.resolve()

  /** Encodes all outputs of the graph in parallel, while the next frame is decoded and scaled. */
  const forward = async () => {
    for (;;) {
      const ready = await takeFrames(filter, sinks)
      if (ready.length === 0) return
      for (const [, frame] of ready) report(secondsOf(frame))
      await encoding
      encoding = Promise.all(ready.map(([sink, frame]) => sink.push(frame)))
      // The error is handled where the promise is awaited. This handler only prevents the report of an
      // unhandled rejection before that.
      encoding.catch(() => {})
    }
  }
  /**
   * Receives a frame. A decoder may report a damaged packet here or in `decode`; decoding continues after
   * such a packet.
   */
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
      await normalizer.process(frame)
      frame.free()
      await drainNormalizer()
    }
  }
  const drainNormalizer = async () => {
    for (;;) {
      const frame = await normalizer.receive()
      if (!frame) return
      await filter.process('in', frame)
      frame.free()
      await forward()
    }
  }
  return {
    streamIndex,
    errors: () => undecodable,
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
      await normalizer.flush()
      await drainNormalizer()
      await filter.flush()
      await forward()
      await encoding
      await Promise.all(sinks.map(({ finish }) => finish()))
    },
  }
}

/**
 * Returns a frame for each output that has one. The calls are sequential, because the graph allows one
 * `receive` at a time.
 */
const takeFrames = async (
  filter: FilterComplexAPI,
  sinks: ReadonlyArray<EncoderSink>,
): Promise<ReadonlyArray<readonly [EncoderSink, Frame]>> => {
  const ready: Array<readonly [EncoderSink, Frame]> = []
  for (const sink of sinks) {
    const frame = await filter.receive(sink.label)
    if (frame) ready.push([sink, frame])
  }
  return ready
}
