import {
  forEachPacket,
  pesTimesAt,
  pidAt,
  readTime,
  strideOf,
  TICKS_A_SECOND,
  writeTime,
} from '../../src/adapters/transcode/mpegts/packets.ts'

/** Where a PES packet begins: its stream, and its decoding time in ticks. */
export type PesStart = { readonly isVideo: boolean; readonly pid: number; readonly time: number }

type Edit = (pes: PesStart) => number | null

/**
 * A copy of a transport stream of which each PES packet has another time: that which `edit` returns, in ticks of
 * 90 kHz, modulo 33 bits. `null` leaves the PES packet out.
 */
export const edited = (film: Uint8Array, edit: Edit): Buffer => {
  const bytes = Buffer.from(film)
  const left = new Map<number, boolean>()
  forEachPacket(bytes, strideIn(bytes), (at) => {
    const [pid, times] = [pidAt(bytes, at), pesTimesAt(bytes, at)]
    if (times !== null) {
      const time = readTime(bytes, times.dts)
      const changed = edit({ isVideo: times.isVideo, pid, time })
      left.set(pid, changed === null)
      if (changed !== null) {
        const shift = changed - time
        if (times.pts !== times.dts) writeTime(bytes, times.pts, readTime(bytes, times.pts) + shift)
        writeTime(bytes, times.dts, changed)
      }
    }
    // A null packet (ISO/IEC 13818-1 table 2-3) is passed over.
    if (left.get(pid)) bytes.writeUInt16BE(0x1fff, at + 1)
  })
  return bytes
}

/** All decoding times, as they stand in the file. */
export const timesOf = (film: Uint8Array): ReadonlyArray<PesStart> => {
  const starts: PesStart[] = []
  edited(film, (pes) => {
    starts.push(pes)
    return pes.time
  })
  return starts
}

const strideIn = (bytes: Uint8Array): number => {
  const stride = strideOf(bytes)
  if (stride === null) throw new Error('no transport stream')
  return stride
}

const firstTimeOf = (film: Uint8Array): number => Math.min(...timesOf(film).map(({ time }) => time))

/** Seconds are counted from the first time of the film. */
const bySeconds = (film: Uint8Array, edit: (second: number, isVideo: boolean) => number | null): Buffer => {
  const first = firstTimeOf(film)
  return edited(film, ({ time, isVideo }) => {
    const second = edit((time - first) / TICKS_A_SECOND, isVideo)
    return second === null ? null : first + Math.round(second * TICKS_A_SECOND)
  })
}

/** All times `by` seconds later. */
export const later = (film: Uint8Array, by: number): Buffer => bySeconds(film, (second) => second + by)

/** The clock jumps by so many seconds at second `at`. */
export const jumping = (film: Uint8Array, at: number, by: number): Buffer =>
  bySeconds(film, (second) => (second < at ? second : second + by))

/** One stream says nothing from one second to another. */
export const pausing = (film: Uint8Array, kind: 'pictures' | 'sound', from: number, to: number): Buffer =>
  bySeconds(film, (second, isVideo) =>
    isVideo === (kind === 'pictures') && second >= from && second < to ? null : second,
  )

/** The clock is set so that the counter of 33 bits starts again after so many seconds. */
export const wrapping = (film: Uint8Array, after: number): Buffer => {
  const first = firstTimeOf(film)
  return edited(film, ({ time }) => time - first - Math.round(after * TICKS_A_SECOND))
}

/** Each of `films` where the one before ended, on one clock. */
export const oneAfterTheOther = (film: Uint8Array, times: number, seconds: number): Buffer =>
  Buffer.concat(Array.from({ length: times }, (_, i) => later(film, i * seconds)))

/** With a time stamp of 4 bytes before each packet, as Blu-ray discs and camcorders have it. */
export const asM2ts = (film: Uint8Array): Buffer =>
  Buffer.concat(
    Array.from({ length: film.length / 188 }, (_, i) => [
      Buffer.alloc(4),
      Buffer.from(film.subarray(188 * i, 188 * (i + 1))),
    ]).flat(),
  )
