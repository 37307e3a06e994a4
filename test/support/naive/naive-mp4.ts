/**
 * Reads CMAF segments by searching for the names of boxes. It shares no code with `src`, so that the results
 * can be compared. It assumes that the bytes of a name occur only as a name, and throws where the result
 * makes no sense.
 */
export type NaiveTrack = {
  /** Ticks a second. */
  readonly timescale: number
  /** The codec string of RFC 6381. */
  readonly codec: string
  readonly defaultTicks: number
}

export type NaivePart = {
  readonly startTicks: number
  readonly ticks: number
  readonly bytes: number
  /** Durations of the samples (ticks), in order. */
  readonly samples: ReadonlyArray<number>
}

/** The position after a box's name. */
const afterName = (bytes: Buffer, name: string, from = 0): number => {
  const at = bytes.indexOf(name, from, 'latin1')
  if (at < 0) throw new Error(`no ${name}`)
  return at + 4
}

export const readInit = (bytes: Buffer): NaiveTrack => {
  const mdhd = afterName(bytes, 'mdhd')
  const timescale = bytes.readUInt32BE(mdhd + (bytes[mdhd] === 1 ? 20 : 12))
  // The default sample duration follows version and flags, track, and description.
  const defaultTicks = bytes.readUInt32BE(afterName(bytes, 'trex') + 12)
  return { timescale, codec: codecOf(bytes), defaultTicks }
}

const codecOf = (bytes: Buffer): string => {
  if (bytes.includes('avcC', 0, 'latin1')) {
    const avcC = afterName(bytes, 'avcC')
    return `avc1.${bytes.subarray(avcC + 1, avcC + 4).toString('hex')}`
  }
  // The descriptors are nested: ES (3), DecoderConfig (4), DecoderSpecificInfo (5). The first five bits of
  // the last one are the object type.
  let at = afterName(bytes, 'esds') + 4
  const enter = (tag: number, skipped: number) => {
    if (bytes[at++] !== tag) throw new Error('the descriptors are in another order')
    while ((bytes[at++] ?? 0) & 0x80);
    at += skipped
  }
  enter(3, 3)
  enter(4, 13)
  enter(5, 0)
  return `mp4a.40.${(bytes[at] ?? 0) >> 3}`
}

export const readPart = (bytes: Buffer, track: NaiveTrack): NaivePart => {
  const samples: number[] = []
  let startTicks: number | null = null
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    if (size < 8 || at + size > bytes.length) throw new Error(`${name} of ${size} bytes at ${at}`)
    if (name === 'moof') {
      const moof = bytes.subarray(at, at + size)
      const start = startOf(moof)
      startTicks ??= start
      const sum = samples.reduce((all, ticks) => all + ticks, 0)
      if (start !== startTicks + sum) throw new Error('a gap between two fragments')
      for (const ticks of samplesOf(moof, track)) samples.push(ticks)
    } else if (name !== 'mdat') throw new Error(`${name} in a part`)
    at += size
  }
  const ticks = samples.reduce((all, next) => all + next, 0)
  return { startTicks: startTicks ?? 0, ticks, bytes: bytes.length, samples }
}

const startOf = (moof: Buffer): number => {
  const tfdt = afterName(moof, 'tfdt')
  return moof[tfdt] === 1 ? Number(moof.readBigUInt64BE(tfdt + 4)) : moof.readUInt32BE(tfdt + 4)
}

const samplesOf = (moof: Buffer, track: NaiveTrack): ReadonlyArray<number> => {
  const tfhd = afterName(moof, 'tfhd')
  const flags = moof.readUIntBE(tfhd + 1, 3)
  const skipped = (flags & 0x01 ? 8 : 0) + (flags & 0x02 ? 4 : 0)
  const defaultTicks = flags & 0x08 ? moof.readUInt32BE(tfhd + 8 + skipped) : track.defaultTicks

  const trun = afterName(moof, 'trun')
  const has = moof.readUIntBE(trun + 1, 3)
  const count = moof.readUInt32BE(trun + 4)
  const first = trun + 8 + (has & 0x01 ? 4 : 0) + (has & 0x04 ? 4 : 0)
  const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => has & flag).length * 4
  return Array.from({ length: count }, (_, i) =>
    has & 0x100 ? moof.readUInt32BE(first + i * stride) : defaultTicks,
  )
}
