import { expect } from 'chai'
import { engineDifferences } from '../../../src/adapters/transcode/engine-differences.ts'
import { createNodeAvEngine } from '../../../src/adapters/transcode/node-av/node-av-engine.ts'
import { isSupportedCodec } from '../../../src/adapters/transcode/process/decoder-limits.ts'
import { availableEngines } from '../../support/engines.ts'
import { right } from '../../support/expect-right.ts'

const engine = (name: string, ...missingDecoders: ReadonlyArray<string>) => ({ name, missingDecoders })

describe('the reported differences between two engines', () => {
  it('are empty if the engine in use decodes every accepted codec', () => {
    expect(engineDifferences(engine('ffmpeg 7'), [engine('node-av', 'vc1')])).to.deep.equal([])
  })

  it('list the codecs that the engine in use does not decode, and another engine that does', () => {
    expect(engineDifferences(engine('ffmpeg 5', 'av1', 'vc1'), [engine('node-av', 'vc1')])).to.deep.equal([
      'it does not decode av1, vc1',
      'node-av, which is also installed here, decodes av1',
    ])
    expect(engineDifferences(engine('ffmpeg 5', 'vc1'), [])).to.deep.equal(['it does not decode vc1'])
  })

  it("list the known faults of the engine's release", () => {
    expect(engineDifferences(engine('ffmpeg 5.1.9-0+deb12u1'), [])).to.deep.equal([
      'up to 40 ms of sound are lost at each point where the sample rate changes',
    ])
    expect(engineDifferences(engine('ffmpeg 7.1'), [])).to.deep.equal([])
  })

  it('list the known faults of node-av, under the name that it reports', async () => {
    const { name } = await right(createNodeAvEngine().describe)
    expect(engineDifferences(engine(name), [])).to.deep.equal([
      'the last frame of an MP4 with several edits and a variable frame rate may be shown for as long as an earlier one',
    ])
  })

  for (const [name, { describe: facts }] of availableEngines())
    it(`contain only accepted codecs (${name})`, async () => {
      const { missingDecoders } = await right(facts)
      expect(missingDecoders.filter((codec) => !isSupportedCodec(codec))).to.deep.equal([])
      for (const common of ['h264', 'hevc', 'vp9', 'aac', 'mp3', 'opus'])
        expect(missingDecoders).not.to.include(common)
    })
})
