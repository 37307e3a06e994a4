import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { expect } from 'chai'
import { boxesIn, requireOneBox } from '../../src/adapters/transcode/isobmff/isobmff.ts'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { right } from '../support/expect-right.ts'
import { type Beats, beatsOf, expectInSync } from '../support/flash-and-beep.ts'
import { documentedTimeRows, type TimedFilm } from '../support/time-rows.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../support/transcoding.ts'

/** Timestamps of the output for unusual films: the table in docs/media.md. */
export const transcoderSyncContract = (transcoder: Transcoder, times: 'all' | 'one a kind'): void => {
  const { transcode, written } = createTranscodingFolder()

  const pathOf = async ({ file, change }: TimedFilm, name: string) =>
    change === undefined
      ? mediaPath(file)
      : written(`${name}-${basename(file)}`, change(await readFile(mediaPath(file))))

  const expectBeats = (
    { flashes, beeps }: Beats,
    { beats, silent = [], dark = [], apart, isExact = false }: TimedFilm,
  ) => {
    const isNear = (others: ReadonlyArray<number>) => (second: number) =>
      others.some((other) => Math.abs(other - second) < 0.5)
    // Flashes without a beep, and beeps without a flash, are compared separately.
    const rest = {
      flashes: flashes.filter((s) => !isNear(silent)(s)),
      beeps: beeps.filter((s) => !isNear(dark)(s)),
    }
    expectInSync(rest, apart)
    expect(rest.flashes.length, `flashes ${flashes}`).to.equal(beats.length)
    for (const [i, flash] of rest.flashes.entries())
      expect(flash).to.be.closeTo(beats[i] ?? Number.NaN, isExact ? 0.005 : 0.09)
    expect(flashes.filter(isNear(silent)).length, `flashes ${flashes}`).to.equal(silent.length)
    expect(beeps.filter(isNear(dark)).length, `beeps ${beeps}`).to.equal(dark.length)
  }

  for (const [file, most] of [
    ['onepic.mp4', 0],
    ['beat.mkv', 1],
  ] as const)
    it(`[V48] reorders at most ${most} frames, because some players would show them late (${file})`, async () => {
      const { task } = await transcode(transcoder, mediaPath(file), withSmallestVideo)
      const { renditions, progressive } = await right(task)
      const moov = requireOneBox(await readFile(progressive[0]?.file.path ?? ''), 'moov')
      const [trak] = boxesIn(moov).filter(({ type }) => type === 'trak')
      const tables = boxesIn(requireOneBox(trak?.body ?? Buffer.alloc(0), 'mdia', 'minf', 'stbl'))
      // Without composition offsets (ISO/IEC 14496-12 §8.6.1.3) frames are shown in decoding order. The first
      // offset is the time between the decoding of a frame and its display.
      const offsets = tables.find(({ type }) => type === 'ctts')?.body
      const { video, timescale = Number.NaN } = renditions[0] ?? {}
      const frameTicks = (timescale * (video?.frameRate.den ?? 0)) / (video?.frameRate.num ?? 0)
      const first = offsets === undefined ? 0 : Buffer.from(offsets).readUInt32BE(12)
      expect(first / frameTicks).to.equal(most)
    })

  for (const [r, { comesIn, comesOut, films }] of documentedTimeRows.entries())
    for (const [f, film] of (times === 'all' ? films : films.slice(0, 1)).entries())
      it(`[V41] [V42] [V44] ${comesIn}: ${comesOut} (${film.file}, ${f + 1})`, async () => {
        const { task } = await transcode(transcoder, await pathOf(film, `${r}-${f}`), withSmallestVideo)
        const { renditions, progressive, warnings } = await right(task)
        for (const rendition of renditions)
          expect(renditionSeconds(rendition), rendition.name).to.be.closeTo(film.seconds, 0.3)
        const rate = renditions[0]?.video?.frameRate
        if (film.frameRate !== undefined)
          expect((rate?.num ?? 0) / (rate?.den ?? 1)).to.be.closeTo(film.frameRate, 1e-6)
        expect(warnings.length, warnings.join('; ')).to.equal(film.warnings?.length ?? 0)
        for (const [i, pattern] of (film.warnings ?? []).entries()) expect(warnings[i]).to.match(pattern)
        if (film.beats.length > 0) expectBeats(await beatsOf(progressive[0]?.file.path ?? ''), film)
      })
}
