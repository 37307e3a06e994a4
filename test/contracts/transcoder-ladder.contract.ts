import { expect } from 'chai'
import type { MediaPlan } from '../../src/domain/ingest/plan/media-plan.ts'
import { renditionBitrates, sharedTargetDuration } from '../../src/domain/ingest/rendition-facts.ts'
import { highestH264Level } from '../../src/domain/media/h264-level.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { writeChartFilm } from '../support/chart-film.ts'
import { right } from '../support/expect-right.ts'
import { h264LevelInCodec, permitsStream } from '../support/h264-streams.ts'
import { writeNoiseFilm } from '../support/noise-film.ts'
import { createTranscodingFolder } from '../support/transcoding.ts'

/** Sizes, levels and bit rates of a Transcoder's renditions. */
export const transcoderLadderContract = (transcoder: Transcoder): void => {
  const { transcode, newTarget } = createTranscodingFolder()
  const top = (plan: MediaPlan): MediaPlan => ({ ...plan, video: plan.video.slice(0, 1) })

  for (const [width, height, rate, size] of [
    [1920, 800, 24, '1920x800'],
    [3440, 1440, 60, '2214x928'],
    [128, 96, 15, '128x96'],
  ] as const)
    it(`[V48] makes ${size} of ${width}x${height} at ${rate}, at a level that permits it`, async () => {
      const path = `${await newTarget()}/wide.mp4`
      await writeChartFilm(path, { width, height, rate })
      let plan: MediaPlan | undefined
      const { task } = await transcode(transcoder, path, (whole) => {
        plan = top(whole)
        return plan
      })
      const [rendition] = (await right(task)).renditions
      const [rung] = plan?.video ?? []
      if (rendition?.video == null || rung === undefined) throw new Error('there is no rendition')
      const { video, codec } = rendition
      expect(`${video.width}x${video.height}`).to.equal(size)
      const level = h264LevelInCodec(codec)
      expect(level !== null && permitsStream(rung, video.frameRate, level), codec).to.equal(true)
      expect(level?.idc).to.be.at.most(highestH264Level.idc)
    })

  it('[V48] keeps the lowest rendition of a film without audio below 192 kbit/s, for any content', async () => {
    const path = `${await newTarget()}/noise.mp4`
    await writeNoiseFilm(path)
    const { task } = await transcode(transcoder, path)
    const { renditions } = await right(task)
    const target = sharedTargetDuration(renditions)
    expect(
      Math.min(...renditions.map((rendition) => renditionBitrates(rendition, target).peak)),
    ).to.be.at.most(192_000)
  })
}
