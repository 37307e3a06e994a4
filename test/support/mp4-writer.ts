/** A box with its header (ISO/IEC 14496-12 §4.2). */
export const box = (type: string, ...content: ReadonlyArray<Uint8Array>): Buffer => {
  const body = Buffer.concat(content)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(body.length + 8)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, body])
}

/** A box with a 64-bit size. */
export const largeBox = (type: string, ...content: ReadonlyArray<Uint8Array>): Buffer => {
  const body = Buffer.concat(content)
  const header = Buffer.alloc(16)
  header.writeUInt32BE(1)
  header.write(type, 4, 'latin1')
  header.writeBigUInt64BE(BigInt(body.length + 16), 8)
  return Buffer.concat([header, body])
}

export const u32 = (...values: ReadonlyArray<number>): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4)
  return bytes
}

type WrittenSample = { readonly duration: number; readonly size: number; readonly key: boolean }

const SYNC = 0x0200_0000
const NON_SYNC = 0x0101_0000

/** Returns a `moof` of track 1 with the duration, size and flags of each sample, and an `mdat` of zeros. */
export const fragment = (startTicks: number, samples: ReadonlyArray<WrittenSample>): Buffer => {
  const moof = (dataOffset: number) =>
    box(
      'moof',
      box('mfhd', u32(0, 1)),
      box(
        'traf',
        box('tfhd', u32(0x02_0000, 1)),
        box('tfdt', u32(0x0100_0000, 0, startTicks)),
        box(
          'trun',
          u32(0x701, samples.length, dataOffset),
          ...samples.map(({ duration, size, key }) => u32(duration, size, key ? SYNC : NON_SYNC)),
        ),
      ),
    )
  const bytes = samples.reduce((sum, { size }) => sum + size, 0)
  return Buffer.concat([moof(moof(0).length + 8), box('mdat', Buffer.alloc(bytes))])
}

const UPRIGHT = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]

/** Returns `ftyp` and `moov` for one track of H.264 (High, level 3) or of AAC (low complexity). */
export const initSegment = (kind: 'film' | 'sound', timescale: number): Buffer =>
  Buffer.concat([
    box('ftyp', Buffer.from('iso6'), u32(0)),
    box(
      'moov',
      box(
        'trak',
        box('tkhd', u32(0, 0, 0, 1), Buffer.alloc(24), u32(...UPRIGHT), u32(640 << 16, 360 << 16)),
        box(
          'mdia',
          box('mdhd', u32(0, 0, 0, timescale)),
          box('minf', box('stbl', box('stsd', u32(0, 1), kind === 'film' ? avc1() : mp4a()))),
        ),
      ),
      box('mvex', box('trex', u32(0, 1, 1, 0, 0, 0))),
    ),
  ])

const avc1 = (): Buffer => {
  const entry = Buffer.alloc(78)
  entry.writeUInt16BE(640, 24)
  entry.writeUInt16BE(360, 26)
  // NAL unit lengths have four bytes, and there are no parameter sets.
  return box('avc1', entry, box('avcC', Buffer.from([1, 0x64, 0x00, 0x1e, 0xff, 0xe0, 0])))
}

const mp4a = (): Buffer => {
  const specific = Buffer.from([0x05, 2, 0x11, 0x90])
  const config = Buffer.from([0x04, 13 + specific.length, 0x40, ...Buffer.alloc(12), ...specific])
  const descriptor = Buffer.from([0x03, 3 + config.length, 0, 1, 0, ...config])
  return box('mp4a', Buffer.alloc(28), box('esds', u32(0), descriptor))
}
