import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { planMedia } from '../../src/domain/ingest/plan/media-ladder.ts'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { left, right } from '../support/expect-right.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../support/transcoding.ts'
import { transcoderColoursContract } from './transcoder-colours.contract.ts'
import { transcoderFilmContract } from './transcoder-film.contract.ts'
import { transcoderLadderContract } from './transcoder-ladder.contract.ts'
import { transcoderProbeContract } from './transcoder-probe.contract.ts'
import { transcoderSoundContract } from './transcoder-sound.contract.ts'
import { transcoderStreamsContract } from './transcoder-streams.contract.ts'
import { transcoderSyncContract } from './transcoder-sync.contract.ts'

/**
 * What every Transcoder promises. `make` takes the maximum duration of media (seconds). `times` selects the
 * films with unusual timestamps: all of them, or one of each kind.
 */
export const transcoderContract = (
  make: (maxSeconds: number) => Transcoder,
  times: 'all' | 'one a kind',
): void => {
  const transcoder = make(60)

  it('returns a description of its engine', async () => {
    expect(await right(transcoder.describe)).to.match(/\d/)
  })

  describe('probe', () => transcoderProbeContract(make))
  describe('transcode of a film', () => transcoderFilmContract(transcoder))
  describe('transcode of many streams', () => transcoderStreamsContract(transcoder))
  describe('transcode to a ladder', () => transcoderLadderContract(transcoder))
  describe('transcode of loud and narrow audio', () => transcoderSoundContract(transcoder))
  describe('transcode of unusual timestamps', () => transcoderSyncContract(transcoder, times))
  describe('transcode of unusual colours', () => transcoderColoursContract(transcoder))

  describe('transcode', () => {
    const { transcode, newTarget, written } = createTranscodingFolder()

    it('makes an audio rendition for each rung, without title and cover art', async () => {
      const { task } = await transcode(transcoder, mediaPath('bunny.mp3'))
      const { renditions, progressive } = await right(task)
      expect(renditions.map(({ name, audio }) => [name, audio?.sampleRate])).to.deep.equal([
        ['a64', 44_100],
        ['a128', 44_100],
      ])
      for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(4, 0.06)
      expect(progressive.map((file) => file.renditions)).to.deep.equal([['a64'], ['a128']])
      for (const { file } of progressive)
        expect((await readFile(file.path)).includes('Bunny')).to.equal(false)
    })

    it('keeps mono audio mono', async () => {
      const { task } = await transcode(transcoder, mediaPath('bunny.ogg'))
      expect((await right(task)).renditions.map(({ audio }) => audio?.channels)).to.deep.equal([1])
    })

    it('turns video upright', async () => {
      const { task } = await transcode(transcoder, mediaPath('bunny-turned.mp4'))
      const { renditions, progressive } = await right(task)
      expect(renditions[0]?.video).to.include({ width: 180, height: 320 })
      const again = await right(transcoder.probe(progressive[0]?.file.path ?? ''))
      expect(again.video).to.include({ width: 180, height: 320 })
    })

    it('starts at 0 for any start time of the source, with square pixels, not interlaced', async () => {
      const { task } = await transcode(transcoder, mediaPath('bunny-broadcast.m2t'))
      const { renditions, progressive } = await right(task)
      for (const { video } of renditions.filter((rendition) => rendition.video !== null))
        expect(video?.frameRate).to.deep.equal({ num: 50, den: 1 })
      for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(1, 0.03)
      const again = await right(transcoder.probe(progressive[0]?.file.path ?? ''))
      expect(again.video).to.include({ width: 512, height: 288, interlaced: false })
    })

    it('converts high dynamic range to standard', async () => {
      const { task } = await transcode(transcoder, mediaPath('bunny-hdr.mp4'))
      const { progressive, warnings } = await right(task)
      expect(warnings).to.deep.equal([])
      expect((await right(transcoder.probe(progressive[0]?.file.path ?? ''))).video?.colour).to.include({
        primaries: 1,
        transfer: 1,
        matrix: 1,
      })
    })

    it('leaves out audio that cannot be decoded, with a warning', async () => {
      // The AAC track is declared as MP3: object type 0x6b instead of 0x40 (ISO/IEC 14496-1 §7.2.6.6.2).
      const bytes = await readFile(mediaPath('bunny.mp4'))
      const config = bytes.indexOf(Buffer.from([0x04, 0x80, 0x80, 0x80]), bytes.indexOf('esds'))
      bytes[config + 5] = 0x6b
      const { task } = await transcode(
        transcoder,
        await written('broken-sound.mp4', bytes),
        withSmallestVideo,
      )
      const { renditions, progressive, warnings } = await right(task)
      expect(renditions.map(({ name }) => name)).to.deep.equal(['v240'])
      expect(progressive.map((file) => file.renditions)).to.deep.equal([['v240']])
      expect(warnings).to.deep.equal(['no sound: the audio track (mp3) could not be decoded'])
    })

    for (const [file, message] of [
      ['bunny.mp4', /^the file is cut off: [12]\.\d of 4\.0 seconds can be decoded$/],
      ['beat.mkv', /^the file is cut off: [1-4]\.\d of 6\.0 seconds can be decoded$/],
    ] as const)
      it(`fails with Refused for a truncated film (${file}), and says how much of it can be decoded`, async () => {
        const bytes = await readFile(mediaPath(file))
        const { task } = await transcode(
          transcoder,
          await written(`short-${file}`, bytes.subarray(0, bytes.length * 0.5)),
          withSmallestVideo,
        )
        const error = await left(task)
        expect(error._tag).to.equal('Refused')
        expect(error._tag === 'Refused' && error.message).to.match(message)
      })

    it('fails with Refused for a film of which nothing can be decoded', async () => {
      const bytes = await readFile(mediaPath('bunny.mp4'))
      bytes.fill(0x55, bytes.indexOf('mdat') + 4)
      const path = await written('nothing.mp4', bytes)
      const probed = await transcoder.probe(path)()
      const error =
        probed._tag === 'Left'
          ? probed.left
          : await left((await transcode(transcoder, path, withSmallestVideo)).task)
      expect(error._tag).to.equal('Refused')
    })

    it('fails with Refused when a film turns out longer than the maximum', async () => {
      const strict = make(1)
      const facts = {
        ...(await right(transcoder.probe(mediaPath('bunny.mp4')))),
        durationSeconds: null,
        declaredSeconds: null,
      }
      const target = await newTarget()
      const error = await left(
        strict.transcode(
          mediaPath('bunny.mp4'),
          facts,
          withSmallestVideo(planMedia(facts)),
          target,
          () => {},
        ),
      )
      expect(error).to.deep.equal({ _tag: 'Refused', message: 'the file plays for longer than 1 seconds' })
    })
  })
}
