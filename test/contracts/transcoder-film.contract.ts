import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { boxesIn, createFieldReader, requireOneBox } from '../../src/adapters/transcode/isobmff/isobmff.ts'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import type { Rendition, TranscodeResult, Transcoder } from '../../src/ports/transcoder.ts'
import { right } from '../support/expect-right.ts'
import { createTranscodingFolder, mediaPath } from '../support/transcoding.ts'

const startsOf = ({ parts, timescale }: Rendition): ReadonlyArray<number> =>
  parts.map((_, i) => renditionSeconds({ parts: parts.slice(0, i), timescale }))

/** Presentation time of the first sample (ticks): composition offset minus the start of the edit list. */
const firstShownAt = (trak: Uint8Array): number => {
  const stbl = requireOneBox(trak, 'mdia', 'minf', 'stbl')
  const skipped = boxesIn(trak).some(({ type }) => type === 'edts')
    ? requireOneBox(trak, 'edts', 'elst')
    : null
  const offsets = boxesIn(stbl).find(({ type }) => type === 'ctts')?.body ?? null
  // Both tables start with a version, flags and a count; the first entry starts with four irrelevant bytes.
  const value = (table: Uint8Array | null) =>
    table === null ? 0 : createFieldReader(table.subarray(12), 'table').i32()
  return value(offsets) - value(skipped)
}

/** The full output of a Transcoder for one film. */
export const transcoderFilmContract = (transcoder: Transcoder): void => {
  const { transcode, written } = createTranscodingFolder()
  let output: TranscodeResult
  let target: string
  let progress: ReadonlyArray<number>

  before(async () => {
    // The name has special characters of a shell, of FFmpeg and of printf.
    const path = await written("concat:a b 'c' %d $(x).mp4", await readFile(mediaPath('bunny.mp4')))
    const run = await transcode(transcoder, path, (plan) => ({ ...plan, partSeconds: 2 }))
    output = await right(run.task)
    target = run.target
    progress = run.progress
  })

  const films = () => output.renditions.filter(({ video }) => video !== null)
  const sounds = () => output.renditions.filter(({ audio }) => audio !== null)

  it('makes one rendition of one track for each rung', () => {
    const { renditions, warnings } = output
    expect(renditions.map(({ name }) => name)).to.deep.equal(['v360', 'v240', 'a128'])
    const frameRate = { num: 24, den: 1 }
    expect(films().map(({ video }) => video)).to.deep.equal([
      { width: 640, height: 360, frameRate },
      { width: 426, height: 240, frameRate },
    ])
    expect(sounds().map(({ audio }) => audio)).to.deep.equal([{ channels: 2, sampleRate: 48_000 }])
    expect(renditions.map(({ codec }) => codec)).to.deep.equal(['avc1.64001e', 'avc1.640015', 'mp4a.40.2'])
    expect(warnings).to.deep.equal([])
  })

  it('starts video segments at the same times in all renditions, and audio segments near them', () => {
    expect(films().map(startsOf)).to.deep.equal([
      [0, 2],
      [0, 2],
    ])
    for (const sound of sounds())
      for (const [i, start] of startsOf(sound).entries()) expect(start).to.be.closeTo(i * 2, 0.52)
  })

  it('keeps the duration of the source, within a frame', () => {
    for (const film of films()) expect(renditionSeconds(film)).to.equal(4)
    for (const sound of sounds()) expect(renditionSeconds(sound)).to.be.closeTo(4, 0.022)
  })

  it('writes an init segment, and segments that consist only of fragments', async () => {
    for (const { init, parts } of output.renditions) {
      const bytes = await readFile(init.path)
      const types = (slice: typeof init) =>
        boxesIn(bytes.subarray(slice.start, slice.end)).map(({ type }) => type)
      expect(types(init)).to.deep.equal(['ftyp', 'moov'])
      for (const { slice } of parts) {
        expect(slice.path).to.equal(init.path)
        expect(types(slice).join(' ')).to.match(/^moof mdat( moof mdat)*$/)
      }
    }
  })

  it('reports the keyframes of each segment', () => {
    for (const { parts } of films())
      for (const { keyframes, slice, durationTicks } of parts) {
        expect(keyframes[0]?.offset).to.equal(0)
        expect(keyframes.reduce((sum, keyframe) => sum + keyframe.durationTicks, 0)).to.equal(durationTicks)
        for (const { offset, length } of keyframes)
          expect(offset + length).to.be.at.most(slice.end - slice.start)
      }
    for (const { parts } of sounds()) expect(parts.flatMap(({ keyframes }) => keyframes)).to.deep.equal([])
  })

  it('writes a fast-start file for each video rendition, with audio, of the same duration', async () => {
    expect(output.progressive.map(({ renditions }) => renditions)).to.deep.equal([
      ['v360', 'a128'],
      ['v240', 'a128'],
    ])
    for (const { file } of output.progressive) {
      const bytes = await readFile(file.path)
      expect([file.start, file.end]).to.deep.equal([0, bytes.length])
      expect(
        boxesIn(bytes)
          .map(({ type }) => type)
          .filter((type) => type !== 'free'),
      ).to.deep.equal(['ftyp', 'moov', 'mdat'])
    }
    const facts = await right(transcoder.probe(output.progressive[0]?.file.path ?? ''))
    expect(facts.durationSeconds).to.be.closeTo(4, 0.05)
    expect([facts.video?.width, facts.audio?.channels]).to.deep.equal([640, 2])
  })

  it('starts audio and video of a fast-start file together', async () => {
    for (const { file } of output.progressive) {
      const traks = boxesIn(requireOneBox(await readFile(file.path), 'moov')).filter(
        ({ type }) => type === 'trak',
      )
      expect(traks.map(({ body }) => firstShownAt(body))).to.deep.equal([0, 0])
    }
  })

  it('writes all files to the given folder', () => {
    const slices = [
      ...output.renditions.flatMap(({ init, parts }) => [init, ...parts.map(({ slice }) => slice)]),
      ...output.progressive.map(({ file }) => file),
    ]
    for (const { path } of slices) expect(path.startsWith(`${target}/`)).to.equal(true)
  })

  it('reports progress that never decreases, up to 1', () => {
    expect(progress).to.deep.equal(progress.toSorted((a, b) => a - b))
    expect(progress.at(-1)).to.equal(1)
    expect(progress.length).to.be.at.least(2)
  })
}
