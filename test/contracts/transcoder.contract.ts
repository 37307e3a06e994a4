import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { boxesIn, fieldsOf, onlyBox } from '../../src/adapters/transcode/isobmff.ts'
import { planMedia } from '../../src/domain/ingest/media-ladder.ts'
import type { MediaPlan } from '../../src/domain/ingest/media-plan.ts'
import type { Rendition, Transcoded, Transcoder } from '../../src/ports/transcoder.ts'
import { left, right } from '../support/expect-right.ts'

const media = (name: string): string => resolve('test/media', name)

const startsOf = ({ parts, timescale }: Rendition): ReadonlyArray<number> =>
  parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.durationTicks, 0) / timescale)

const secondsOf = ({ parts, timescale }: Rendition): number =>
  parts.reduce((sum, { durationTicks }) => sum + durationTicks, 0) / timescale

/** When the first sample of a track is shown, in ticks: its composition offset, less what an edit list cuts off. */
const firstShownAt = (trak: Uint8Array): number => {
  const stbl = onlyBox(trak, 'mdia', 'minf', 'stbl')
  const skipped = boxesIn(trak).some(({ type }) => type === 'edts') ? onlyBox(trak, 'edts', 'elst') : null
  const offsets = boxesIn(stbl).find(({ type }) => type === 'ctts')?.body ?? null
  // Both begin with version, flags, a count, and of the first entry four bytes that do not matter here.
  const value = (table: Uint8Array | null) =>
    table === null ? 0 : fieldsOf(table.subarray(12), 'table').i32()
  return value(offsets) - value(skipped)
}

/** For tests to which one picture is as good as four. */
const smallest = (plan: MediaPlan): MediaPlan => ({ ...plan, video: plan.video.slice(-1) })

/** What every Transcoder promises. `make` is told after how many seconds media are too long. */
export const transcoderContract = (make: (maxSeconds: number) => Transcoder): void => {
  const transcoder = make(60)
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-transcoder-'))
  })
  after(() => rm(folder, { recursive: true }))

  const transcode = async (path: string, change: (plan: MediaPlan) => MediaPlan = (plan) => plan) => {
    const facts = await right(transcoder.probe(path))
    const target = await mkdtemp(join(folder, 'run-'))
    const told: number[] = []
    const task = transcoder.transcode(path, facts, change(planMedia(facts)), target, (f) => told.push(f))
    return { facts, target, told, task }
  }

  const written = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, bytes)
    return path
  }

  it('names its engine', async () => {
    expect(await right(transcoder.describe)).to.match(/\d/)
  })

  describe('probe', () => {
    it('tells what a film is', async () => {
      const { durationSeconds, video, audio } = await right(transcoder.probe(media('bunny.mp4')))
      expect(durationSeconds).to.be.closeTo(4, 0.1)
      expect(video).to.include({ width: 640, height: 360, averageRate: 24, interlaced: false, hdr: false })
      expect(audio).to.include({ codec: 'aac', channels: 2, sampleRate: 48_000 })
    })

    it('tells sizes as they are seen: turned upright, pixels made square', async () => {
      const turned = await right(transcoder.probe(media('bunny-turned.mp4')))
      expect(turned.video).to.include({ width: 180, height: 320 })
      const broadcast = await right(transcoder.probe(media('bunny-broadcast.m2t')))
      expect(broadcast.video).to.include({ width: 512, height: 288, interlaced: true })
    })

    it('knows high dynamic range', async () => {
      expect((await right(transcoder.probe(media('bunny-hdr.mp4')))).video?.hdr).to.equal(true)
    })

    it('takes no cover for a film', async () => {
      const { video, audio } = await right(transcoder.probe(media('bunny.mp3')))
      expect(video).to.equal(null)
      expect(audio).to.include({ codec: 'mp3', channels: 2, sampleRate: 44_100, bitrate: 128_000 })
    })

    it('refuses what is too long', async () => {
      const error = await left(make(3).probe(media('bunny.mp4')))
      expect(error).to.deep.equal({ _tag: 'Refused', message: 'the file plays for longer than 3 seconds' })
    })

    it('refuses what is no sound or film, in one line without a path', async () => {
      const film = await readFile(media('bunny.mp4'))
      const noMoov = film.subarray(film.indexOf('moov') + 100)
      const playlist = `#EXTM3U\n#EXTINF:4,\nfile://${media('bunny.mp4')}\n#EXT-X-ENDLIST\n`
      const hostile = {
        'text.mp4': 'I am a film, believe me.\n'.repeat(50),
        'empty.mp4': '',
        'random.mp4': Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3) * 7) % 251),
        'no-moov.mp4': noMoov,
        'playlist.mp4': playlist,
        'list.mp3': `ffconcat version 1.0\nfile '${media('bunny.mp3')}'\n`,
      }
      for (const [name, bytes] of Object.entries(hostile)) {
        const error = await left(transcoder.probe(await written(name, bytes)))
        expect(error._tag, name).to.equal('Refused')
        const message = error._tag === 'Refused' ? error.message : ''
        expect(message, name).to.match(/^the file [^/\n]+$/)
      }
    })
  })

  describe('transcode, of a film', () => {
    let made: Transcoded
    let target: string
    let told: ReadonlyArray<number>

    before(async () => {
      // A name that says something to a shell, to FFmpeg and to a printf.
      const path = join(folder, "concat:a b 'c' %d $(x).mp4")
      await copyFile(media('bunny.mp4'), path)
      const run = await transcode(path, (plan) => ({ ...plan, partSeconds: 2 }))
      made = await right(run.task)
      target = run.target
      told = run.told
    })

    const films = () => made.renditions.filter(({ video }) => video !== null)
    const sounds = () => made.renditions.filter(({ audio }) => audio !== null)

    it('makes one rendition of one track for each rung', () => {
      const { renditions, warnings } = made
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

    it('starts the parts of all pictures together, and those of the sound near by', () => {
      expect(films().map(startsOf)).to.deep.equal([
        [0, 2],
        [0, 2],
      ])
      for (const sound of sounds())
        for (const [i, start] of startsOf(sound).entries()) expect(start).to.be.closeTo(i * 2, 0.52)
    })

    it('lasts as long as the source, within a frame', () => {
      for (const film of films()) expect(secondsOf(film)).to.equal(4)
      for (const sound of sounds()) expect(secondsOf(sound)).to.be.closeTo(4, 0.022)
    })

    it('gives parts that hold fragments and nothing else, behind an init segment', async () => {
      for (const { init, parts } of made.renditions) {
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

    it('says where in a part its key pictures are', () => {
      for (const { parts } of films())
        for (const { keyframes, slice, durationTicks } of parts) {
          expect(keyframes[0]?.offset).to.equal(0)
          expect(keyframes.reduce((sum, keyframe) => sum + keyframe.durationTicks, 0)).to.equal(durationTicks)
          for (const { offset, length } of keyframes)
            expect(offset + length).to.be.at.most(slice.end - slice.start)
        }
      for (const { parts } of sounds()) expect(parts.flatMap(({ keyframes }) => keyframes)).to.deep.equal([])
    })

    it('makes a fast-start file of each film, with the sound, that plays as long', async () => {
      expect(made.progressive.map(({ renditions }) => renditions)).to.deep.equal([
        ['v360', 'a128'],
        ['v240', 'a128'],
      ])
      for (const { file } of made.progressive) {
        const bytes = await readFile(file.path)
        expect([file.start, file.end]).to.deep.equal([0, bytes.length])
        expect(
          boxesIn(bytes)
            .map(({ type }) => type)
            .filter((type) => type !== 'free'),
        ).to.deep.equal(['ftyp', 'moov', 'mdat'])
      }
      const facts = await right(transcoder.probe(made.progressive[0]?.file.path ?? ''))
      expect(facts.durationSeconds).to.be.closeTo(4, 0.05)
      expect([facts.video?.width, facts.audio?.channels]).to.deep.equal([640, 2])
    })

    it('starts sound and pictures of a fast-start file together', async () => {
      for (const { file } of made.progressive) {
        const traks = boxesIn(onlyBox(await readFile(file.path), 'moov')).filter(
          ({ type }) => type === 'trak',
        )
        expect(traks.map(({ body }) => firstShownAt(body))).to.deep.equal([0, 0])
      }
    })

    it('keeps its files in the folder that it was given', () => {
      const slices = [
        ...made.renditions.flatMap(({ init, parts }) => [init, ...parts.map(({ slice }) => slice)]),
        ...made.progressive.map(({ file }) => file),
      ]
      for (const { path } of slices) expect(path.startsWith(`${target}/`)).to.equal(true)
    })

    it('tells how far it is, never backwards, up to all of it', () => {
      expect(told).to.deep.equal(told.toSorted((a, b) => a - b))
      expect(told.at(-1)).to.equal(1)
      expect(told.length).to.be.at.least(2)
    })
  })

  describe('transcode', () => {
    it('makes a rendition of sound alone for each rung, without the title and the cover', async () => {
      const { task } = await transcode(media('bunny.mp3'))
      const { renditions, progressive } = await right(task)
      expect(renditions.map(({ name, audio }) => [name, audio?.sampleRate])).to.deep.equal([
        ['a64', 44_100],
        ['a128', 44_100],
      ])
      for (const rendition of renditions) expect(secondsOf(rendition)).to.be.closeTo(4, 0.06)
      expect(progressive.map((one) => one.renditions)).to.deep.equal([['a64'], ['a128']])
      for (const { file } of progressive)
        expect((await readFile(file.path)).includes('Bunny')).to.equal(false)
    })

    it('keeps mono mono', async () => {
      const { task } = await transcode(media('bunny.ogg'))
      expect((await right(task)).renditions.map(({ audio }) => audio?.channels)).to.deep.equal([1])
    })

    it('turns pictures upright', async () => {
      const { task } = await transcode(media('bunny-turned.mp4'))
      const { renditions, progressive } = await right(task)
      expect(renditions[0]?.video).to.include({ width: 180, height: 320 })
      const again = await right(transcoder.probe(progressive[0]?.file.path ?? ''))
      expect(again.video).to.include({ width: 180, height: 320 })
    })

    it('starts at 0 whatever the clock of the source says, with square pixels and without interlacing', async () => {
      const { task } = await transcode(media('bunny-broadcast.m2t'))
      const { renditions, progressive } = await right(task)
      expect(renditions.filter(({ video }) => video !== null).map(secondsOf)).to.deep.equal([1, 1])
      const again = await right(transcoder.probe(progressive[0]?.file.path ?? ''))
      expect(again.video).to.include({ width: 512, height: 288, interlaced: false })
    })

    it('brings high dynamic range down to standard', async () => {
      const { task } = await transcode(media('bunny-hdr.mp4'))
      const { progressive, warnings } = await right(task)
      expect(warnings).to.deep.equal([])
      expect((await right(transcoder.probe(progressive[0]?.file.path ?? ''))).video?.hdr).to.equal(false)
    })

    it('does without sound that cannot be decoded, and says so', async () => {
      // AAC that calls itself MP3: object type 0x6b in place of 0x40 (ISO/IEC 14496-1 §7.2.6.6.2).
      const bytes = await readFile(media('bunny.mp4'))
      const config = bytes.indexOf(Buffer.from([0x04, 0x80, 0x80, 0x80]), bytes.indexOf('esds'))
      bytes[config + 5] = 0x6b
      const { task } = await transcode(await written('broken-sound.mp4', bytes), smallest)
      const { renditions, progressive, warnings } = await right(task)
      expect(renditions.map(({ name }) => name)).to.deep.equal(['v240'])
      expect(progressive.map((one) => one.renditions)).to.deep.equal([['v240']])
      expect(warnings).to.deep.equal(['no sound: the audio track could not be decoded'])
    })

    it('refuses a film that is cut off, and says how much of it there is', async () => {
      const bytes = await readFile(media('bunny.mp4'))
      const { task } = await transcode(
        await written('short.mp4', bytes.subarray(0, bytes.length * 0.5)),
        smallest,
      )
      const error = await left(task)
      expect(error._tag).to.equal('Refused')
      expect(error._tag === 'Refused' && error.message).to.match(
        /^the file is cut off: [12]\.\d of 4\.0 seconds can be decoded$/,
      )
    })

    it('refuses a film of which nothing can be decoded', async () => {
      const bytes = await readFile(media('bunny.mp4'))
      bytes.fill(0x55, bytes.indexOf('mdat') + 4)
      const path = await written('nothing.mp4', bytes)
      const probed = await transcoder.probe(path)()
      const error = probed._tag === 'Left' ? probed.left : await left((await transcode(path, smallest)).task)
      expect(error._tag).to.equal('Refused')
    })

    it('stops a film that goes on for longer than it said', async () => {
      const strict = make(1)
      const facts = { ...(await right(transcoder.probe(media('bunny.mp4')))), durationSeconds: null }
      const target = await mkdtemp(join(folder, 'run-'))
      const error = await left(
        strict.transcode(media('bunny.mp4'), facts, smallest(planMedia(facts)), target, () => {}),
      )
      expect(error).to.deep.equal({ _tag: 'Refused', message: 'the file plays for longer than 1 seconds' })
    })
  })
}
