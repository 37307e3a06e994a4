import { expect } from 'chai'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { right } from '../support/expect-right.ts'
import { firstPixel } from '../support/first-pixel.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../support/transcoding.ts'

/** The colours of a Transcoder's output, as in the table of docs/media.md. */
export const transcoderColoursContract = (transcoder: Transcoder): void => {
  const { transcode } = createTranscodingFolder()
  const transcoded = async (name: string) =>
    right((await transcode(transcoder, mediaPath(name), withSmallestVideo)).task)

  it('[V43] reads untagged high definition as BT.709', async () => {
    const { progressive } = await transcoded('untag709_red.mp4')
    const [y = 0, u = 0, v = 0] = await firstPixel(progressive[0]?.file.path ?? '')
    // At 130 kbit/s the encoder deviates by at most one level.
    expect(Math.max(Math.abs(y - 63), Math.abs(u - 102), Math.abs(v - 240))).to.be.at.most(1)
  })

  it('[V45] accepts HDR that is tagged only with its transfer function', async () => {
    const { renditions, warnings } = await transcoded('pq_only_trc.mp4')
    expect(renditions.map(({ video }) => video === null)).to.deep.equal([false])
    for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(3, 0.05)
    expect(warnings).to.deep.equal([])
  })
}
