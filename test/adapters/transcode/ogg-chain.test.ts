import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { createOggChainReader } from '../../../src/adapters/transcode/ogg-chain.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { left, right } from '../../support/expect-right.ts'
import { createTranscodingFolder, mediaPath } from '../../support/transcoding.ts'

/** The offset of the sample rate in the first page of a Vorbis file. */
const RATE_AT = 28 + 12

describe('a chain of Ogg streams', () => {
  const { written } = createTranscodingFolder()
  let bytes: Buffer
  before(async () => {
    bytes = await readFile(mediaPath('bunny.ogg'))
  })
  const withRate = (rate: number): Buffer => {
    const other = Buffer.from(bytes)
    other.writeUInt32LE(rate, RATE_AT)
    return other
  }

  it('is refused if its sample rate changes, because the rest would have wrong times', async () => {
    for (const [name, engine] of availableEngines()) {
      const transcoder = createTranscoderOfEngine(engine)
      const chain = await written(`mixed-${name}.ogg`, Buffer.concat([bytes, withRate(44_100)]))
      expect(await left(transcoder.probe(chain)), name).to.deep.equal({
        _tag: 'Refused',
        message:
          'the file is a chain of sounds of several sample rates: save them as one sound, or each as a separate file',
      })
    }
    const [, engine] = availableEngines()[0] ?? []
    if (engine === undefined) return expect.fail('there is no engine')
    const even = await written('even.ogg', Buffer.concat([bytes, bytes]))
    expect((await right(createTranscoderOfEngine(engine).probe(even))).audio?.codec).to.equal('vorbis')
  })

  it('is detected in blocks of any size', () => {
    const readIn = (file: Buffer, size: number): boolean => {
      const reader = createOggChainReader()
      for (let from = 0; from < file.length; from += size) reader.take(file.subarray(from, from + size))
      return reader.isMixed()
    }
    const mixed = Buffer.concat([bytes, bytes, withRate(48_000)])
    const even = Buffer.concat([bytes, bytes])
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 50_000 }), (size) => {
        expect(readIn(mixed, size)).to.equal(true)
        expect(readIn(even, size)).to.equal(false)
      }),
      { numRuns: 20 },
    )
  })
})
