import { expect } from 'chai'
import type { Rendition, Transcoder } from '../../src/ports/transcoder.ts'
import { right } from '../support/expect-right.ts'
import { firstPixel } from '../support/first-pixel.ts'
import { createTranscodingFolder, media, secondsOf, smallest } from '../support/transcoding.ts'

/** How long what a Transcoder makes of unusual files lasts, and its colours: the tables in docs/media.md. */
export const transcoderTimeContract = (transcoder: Transcoder): void => {
  const { transcode } = createTranscodingFolder()
  const made = async (name: string) => right((await transcode(transcoder, media(name), smallest)).task)
  const lengths = (renditions: ReadonlyArray<Rendition>) => renditions.map(secondsOf)
  const expectLengths = (
    renditions: ReadonlyArray<Rendition>,
    kinds: number,
    seconds: number,
    off = 0.05,
  ) => {
    expect(renditions.length).to.equal(kinds)
    for (const length of lengths(renditions)) expect(length).to.be.closeTo(seconds, off)
  }

  it('[V41] puts silence behind sound that ends before the pictures', async () => {
    const { renditions, warnings } = await made('short-sound.mp4')
    expectLengths(renditions, 2, 12)
    expect(warnings).to.deep.equal([])
  })

  it('[V41] holds one picture for as long as its song, at 5 a second', async () => {
    const { renditions } = await made('onepic.mp4')
    expectLengths(renditions, 2, 30, 0.11)
    expect(renditions[0]?.video?.frameRate).to.deep.equal({ num: 5, den: 1 })
  })

  it('[V42] goes on with the sound where it changes from stereo to 5.1', async () => {
    const { renditions, warnings } = await made('chlayout.m2t')
    const [film, sound] = lengths(renditions)
    expect(sound).to.be.closeTo(film ?? 0, 0.041)
    expect(sound).to.be.closeTo(5.2, 0.3)
    expect(warnings).to.deep.equal([])
  })

  it('[V42] goes on with the pictures where they change their size', async () => {
    expectLengths((await made('size-change.m2t')).renditions, 1, 4, 0.1)
  })

  it('[V43] takes high definition that does not say so for BT.709', async () => {
    const { progressive } = await made('untag709_red.mp4')
    const [y = 0, u = 0, v = 0] = await firstPixel(progressive[0]?.file.path ?? '')
    // At 130 kbit/s the encoder may be off by one.
    expect(Math.max(Math.abs(y - 63), Math.abs(u - 102), Math.abs(v - 240))).to.be.at.most(1)
  })

  it('[V44] takes a file of which a stream that is left out goes on for longer', async () => {
    const { renditions, warnings } = await made('longtrack2.mkv')
    expectLengths(renditions, 2, 12.03)
    expect(warnings).to.deep.equal(['left out: sound (aac, 1 channel)'])
  })

  it('[V44] takes a file that says too much of itself, and says so', async () => {
    const { renditions, warnings } = await made('flvdur.flv')
    expectLengths(renditions, 2, 12)
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.match(/^it is shorter than it says: 12\.\d of 60\.0 seconds can be decoded$/)
  })

  it('[V45] takes HDR that names its transfer function alone', async () => {
    const { renditions, warnings } = await made('pq_only_trc.mp4')
    expectLengths(renditions, 1, 3)
    expect(warnings).to.deep.equal([])
  })
}
