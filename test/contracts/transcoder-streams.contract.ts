import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { boxAlong } from '../support/edit-mp4.ts'
import { left, right } from '../support/expect-right.ts'
import { beatsOf, expectInSync } from '../support/flash-and-beep.ts'
import { frameContentVideos, writeFrameContentVideo } from '../support/frame-content-videos.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../support/transcoding.ts'
import { multiplexPrograms } from '../support/transport-stream.ts'

/** GUID of the header of ASF. */
const ASF_HEADER = '3026b2758e66cf11a6d900aa0062ce6c'

/** Which of a file's streams a Transcoder uses, and what it reports about the others. */
export const transcoderStreamsContract = (transcoder: Transcoder): void => {
  const { transcode, written, newTarget } = createTranscodingFolder()
  const warningsOf = async (name: string) => (await right(transcoder.probe(mediaPath(name)))).warnings

  for (const [name, codec] of [
    ['subonly.mkv', 'subrip'],
    ['subonly.mp4', 'mov_text'],
  ] as const)
    it(`[V40] transcodes a film with subtitles (${codec}), and warns that they are left out`, async () => {
      const { task } = await transcode(transcoder, mediaPath(name), withSmallestVideo)
      const { renditions, warnings } = await right(task)
      expect(renditions.map(({ video }) => video === null)).to.deep.equal([false, true])
      // Video starts 21 ms after audio, and its frames are aligned to the frame rate, hence the tolerance.
      for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(12, 0.06)
      expect(warnings).to.deep.equal([`left out: subtitles (${codec})`])
      const { video, audio, declaredSeconds } = await right(transcoder.probe(mediaPath(name)))
      for (const end of [video?.endSeconds, audio?.endSeconds, declaredSeconds])
        expect(end).to.be.closeTo(12, 0.06)
    })

  it('[V40] leaves out audio that is not decoded, with a warning', async () => {
    const { task } = await transcode(transcoder, mediaPath('dts.mp4'), withSmallestVideo)
    const { renditions, warnings } = await right(task)
    expect(renditions.map(({ audio }) => audio?.channels)).to.deep.equal([undefined, 1])
    expect(warnings).to.deep.equal(['left out: sound in fra (dts), which Larder cannot decode'])
  })

  it('[V40] returns the facts of a film that has a stream that is not decoded', async () => {
    const { video, audio } = await right(transcoder.probe(mediaPath('dts.mp4')))
    expect(video).to.include({ width: 180, height: 320, averageRate: 24, interlaced: false })
    expect(video?.colour.transfer).to.equal(16)
    expect(audio).to.include({ codec: 'aac', channels: 1, sampleRate: 44_100 })
  })

  it('[V40] fails with Refused for a file that it cannot decode, and says why and what to do', async () => {
    const error = await left(transcoder.probe(mediaPath('dts.mka')))
    expect(error).to.deep.equal({
      _tag: 'Refused',
      message: 'the sound is in dts, which Larder cannot decode: convert it to AAC, MP3, Opus or FLAC',
    })
  })

  it('fails with Refused for an encrypted film (CENC, FairPlay; Matroska, ASF), and says that it is encrypted', async () => {
    for (const [clear, encrypted] of [
      ['avc1', 'encv'],
      ['mp4a', 'enca'],
      ['mp4a', 'drms'],
    ] as const) {
      const film = await readFile(mediaPath('bunny.mp4'))
      const { start } = boxAlong(film, ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', clear])
      film.write(encrypted, start + 4, 'latin1')
      expect(await left(transcoder.probe(await written('encrypted.mp4', film)))).to.deep.equal({
        _tag: 'Refused',
        message: 'the file is encrypted (DRM), and Larder has no key: add the file without encryption',
      })
    }
    const matroska = (encoding: string) =>
      Buffer.from(`1a45dfa380 18538067ff 1654ae6b8d ae8b 6d8088 624085${encoding}`.replaceAll(' ', ''), 'hex')
    const asf = (object: string) =>
      Buffer.from(
        `${ASF_HEADER}4600000000000000 01000000 0102 ${object}2800000000000000`.replaceAll(' ', ''),
        'hex',
      )
    for (const [bytes, isRefusedSo] of [
      [matroska('5035820000'), true],
      [matroska('5034820000'), false],
      [asf('fbb3112223bdd211b4b700a0c955fc6e'), true],
      [asf('14e68a292226174cb935dae07ee9289c'), true],
      [asf('338505438169e6499b74ad12cb86d58c'), true],
      [asf('a1dcab8c47a9cf118ee400c00c205365'), false],
    ] as const) {
      const error = await left(transcoder.probe(await written('encrypted', bytes)))
      expect(JSON.stringify(error).includes('encrypted (DRM)'), bytes.toString('hex')).to.equal(isRefusedSo)
    }
  })

  /** Declares the first AAC track as MP3: object type 0x6b instead of 0x40 (ISO/IEC 14496-1 §7.2.6.6.2). */
  const withBrokenAudio = async () => {
    const bytes = await readFile(mediaPath('two-sounds.mp4'))
    const config = bytes.indexOf(Buffer.from([0x04, 0x80, 0x80, 0x80]), bytes.indexOf('esds'))
    bytes[config + 5] = 0x6b
    return written('two-sounds.mp4', bytes)
  }
  for (const [name, broken, path] of [
    ['a wrong header', 'mp3', withBrokenAudio],
    ['noise', 'mp2', async () => mediaPath('noise.mkv')],
  ] as const)
    it(`uses the next audio track if the selected one is broken (${name}), with a warning`, async () => {
      const { task } = await transcode(transcoder, await path(), withSmallestVideo)
      const { renditions, progressive, audioLanguage, warnings } = await right(task)
      for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(6, 0.1)
      expect(audioLanguage).to.equal('eng')
      expectInSync(await beatsOf(progressive[0]?.file.path ?? ''))
      expect(renditions.map(({ audio }) => audio !== null)).to.deep.equal([false, true])
      expect(warnings).to.deep.equal([
        `the sound (${broken}) could not be decoded: sound in eng (aac, 2 channels) replaces it`,
      ])
    })

  it('[V47] warns about each language that is left out', async () => {
    expect(await warningsOf('multi.mkv')).to.deep.equal([
      'left out: sound in deu (aac, 2 channels)',
      'left out: sound in fra (aac, 1 channel)',
    ])
  })

  it('[V47] leaves out a commentary, even if it is the default track', async () => {
    const film = await readFile(mediaPath('multi.mkv'))
    // The TrackUID is replaced by FlagCommentary (RFC 9559 §5.1.4.1.11) and a Void element.
    const trackUid = film.lastIndexOf(Buffer.from([0x73, 0xc5, 0x88]), film.indexOf('eng'))
    film.set([0x55, 0xaf, 0x81, 1, 0xec, 0x85, 0, 0, 0, 0, 0], trackUid)
    const { audio, warnings } = await right(transcoder.probe(await written('commentary.mkv', film)))
    expect([audio?.index, audio?.language]).to.deep.equal([1, 'deu'])
    expect(warnings[0]).to.equal('left out: sound in eng (aac, 1 channel, commentary)')
  })

  it('uses video and audio of one program of several, with the clock of that program', async () => {
    const [first, second] = [
      await readFile(mediaPath('beat.m2t')),
      await readFile(mediaPath('bunny-broadcast.m2t')),
    ]
    const path = await written('programs.ts', multiplexPrograms(first, second))
    const { task } = await transcode(transcoder, path, withSmallestVideo)
    const { renditions, warnings } = await right(task)
    expect(renditions.map(({ video }) => video?.height)).to.deep.equal([240, undefined])
    for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(1, 0.1)
    expect(warnings).to.deep.equal([
      'left out: pictures of program 1 (mpeg2video, 160x90)',
      'left out: sound of program 1 (mp2, 1 channel)',
    ])
  })

  for (const [name, warnings] of [
    ['extras.mov', ['left out: 1 data stream (tmcd)', 'left out: 2 chapters']],
    // FFmpeg does not open the subtitles of this file, so the warning comes from ffmpeg-listing.ts.
    [
      'extras.mkv',
      ['left out: subtitles (subrip)', 'left out: 1 attached file (ttf)', 'left out: 2 chapters'],
    ],
  ] as const)
    it(`[V47] warns about everything in a file that is not a used stream (${name})`, async () => {
      expect(await warningsOf(name)).to.deep.equal(warnings)
    })

  it('warns about what its frames contain beside their colours: captions, an alpha channel', async () => {
    const folder = await newTarget()
    for (const name of frameContentVideos) {
      const path = join(folder, name)
      const content = await writeFrameContentVideo(name, path)
      expect((await right(transcoder.probe(path))).warnings, name).to.deep.equal([
        content === 'captions'
          ? 'left out: captions inside the pictures (CEA-608 or CEA-708)'
          : 'left out: the alpha channel of the pictures (transparency)',
      ])
    }
    const { task } = await transcode(transcoder, join(folder, 'captions.mp4'))
    const { progressive } = await right(task)
    // The identifier of captions in the frames (ANSI/SCTE 128-1 §8.1).
    const [source, copy] = [join(folder, 'captions.mp4'), progressive[0]?.file.path ?? '']
    expect((await readFile(source)).includes('GA94')).to.equal(true)
    expect((await readFile(copy)).includes('GA94')).to.equal(false)
  })

  it('[V48] uses the film, not the thumbnail stream before it', async () => {
    const { video, warnings } = await right(transcoder.probe(mediaPath('thumbnail-first.mkv')))
    expect(video).to.include({ width: 320, height: 180 })
    expect(warnings).to.deep.equal(['left out: pictures (mjpeg, 64x36)'])
  })
}
