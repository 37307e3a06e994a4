import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { renditionSeconds } from '../../src/domain/ingest/rendition-facts.ts'
import type { Transcoder } from '../../src/ports/transcoder.ts'
import { left, right } from '../support/expect-right.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../support/transcoding.ts'
import { withOtherPids } from '../support/transport-stream.ts'

/** One second of silence with 8 bits a sample at 8 kHz, in Sun's audio format (AU). */
const sunAudio = Buffer.alloc(24 + 8000)
sunAudio.write('.snd', 'latin1')
for (const [i, value] of [24, 8000, 2, 8000, 1].entries()) sunAudio.writeUInt32BE(value, 4 + 4 * i)

/**
 * What a Transcoder reports about a file before it transcodes the file. `make`: see transcoder.contract.ts.
 */
export const transcoderProbeContract = (make: (maxSeconds: number) => Transcoder): void => {
  const transcoder = make(60)
  const { transcode, written } = createTranscodingFolder()

  it('returns the facts of a film', async () => {
    const { durationSeconds, video, audio } = await right(transcoder.probe(mediaPath('bunny.mp4')))
    expect(durationSeconds).to.be.closeTo(4, 0.1)
    expect(video).to.include({ width: 640, height: 360, averageRate: 24, interlaced: false })
    expect(audio).to.include({ codec: 'aac', channels: 2, sampleRate: 48_000 })
  })

  it('returns sizes as displayed: upright, with square pixels', async () => {
    const turned = await right(transcoder.probe(mediaPath('bunny-turned.mp4')))
    expect(turned.video).to.include({ width: 180, height: 320 })
    const broadcast = await right(transcoder.probe(mediaPath('bunny-broadcast.m2t')))
    expect(broadcast.video).to.include({ width: 512, height: 288, interlaced: true })
  })

  it('detects interlaced video, also if the container does not declare it', async () => {
    const interlaced = await right(transcoder.probe(mediaPath('interlaced.avi')))
    expect(interlaced.video).to.include({ codec: 'mpeg4', interlaced: true })
    // The first 40 frames of this film are progressive, and have other parameter sets than the rest.
    const later = await right(transcoder.probe(mediaPath('fields-later.mkv')))
    expect(later.video).to.include({ codec: 'h264', interlaced: true })
    // In HEVC each field is a coded picture of half the height.
    const fields = await right(transcoder.probe(mediaPath('fields.mkv')))
    expect(fields.video).to.include({ width: 160, height: 96, codedHeight: 48, interlaced: false })
  })

  it('[V44] returns the form in which a sound begins, if it changes soon', async () => {
    const change = await right(transcoder.probe(mediaPath('rate-change.m2t')))
    expect(change.audio).to.include({ channels: 1, sampleRate: 48_000 })
    expect((await right(transcoder.probe(mediaPath('chlayout.m2t')))).audio).to.include({ channels: 2 })
    // The other way round: its end is 5.1.
    const layout = await readFile(mediaPath('chlayout.m2t'))
    const end = layout.subarray(188 * Math.floor((0.75 * layout.length) / 188))
    const path = await written('layout-down.m2t', Buffer.concat([end, layout]))
    expect((await right(transcoder.probe(path))).audio).to.include({ channels: 6 })
  })

  it('detects high dynamic range', async () => {
    const { video } = await right(transcoder.probe(mediaPath('bunny-hdr.mp4')))
    expect(video?.colour).to.include({ primaries: 9, transfer: 16, matrix: 9 })
  })

  it('does not report cover art as video, but warns that it is left out', async () => {
    const { video, audio, warnings } = await right(transcoder.probe(mediaPath('bunny.mp3')))
    expect(warnings).to.deep.equal(['left out: a cover picture (mjpeg, 160x90)'])
    expect(video).to.equal(null)
    expect(audio).to.include({ codec: 'mp3', channels: 2, sampleRate: 44_100, bitrate: 128_000 })
  })

  it('warns that a film continues in other streams, which are left out', async () => {
    const film = await readFile(mediaPath('beat.m2t'))
    const path = await written('other-streams.ts', Buffer.concat([film, withOtherPids(film)]))
    const { warnings } = await right(transcoder.probe(path))
    expect(warnings[0]).to.match(
      /^after [56]\.\d seconds the film continues in other streams, which are left out: cut the file there, and add each part$/,
    )
    expect(warnings.join()).not.to.contain('0x0')
  })

  it('fails with Refused for a file that is too long', async () => {
    const error = await left(make(3).probe(mediaPath('bunny.mp4')))
    expect(error).to.deep.equal({ _tag: 'Refused', message: 'the file plays for longer than 3 seconds' })
  })

  it('fails with Refused for an mp4 without its index, and says that its recording was never finished', async () => {
    const film = await readFile(mediaPath('bunny.mp4'))
    const [moov, free] = [film.indexOf('moov') - 4, film.indexOf('free') - 4]
    const unfinished = Buffer.concat([film.subarray(0, moov), film.subarray(free)])
    expect(await left(transcoder.probe(await written('unfinished.mp4', unfinished)))).to.deep.equal({
      _tag: 'Refused',
      message: 'the file is cut off, or was never finished: its index (moov) is missing',
    })
  })

  it('[V44] measures the duration of a file whose header declares too long a duration, before the file is refused', async () => {
    const { durationSeconds, declaredSeconds } = await right(make(13).probe(mediaPath('flvdur.flv')))
    expect(declaredSeconds).to.be.above(13)
    expect(durationSeconds).to.be.closeTo(12, 0.2)
  })

  for (const stream of ['video', 'audio'])
    it(`[V44] ignores a declared end of the ${stream} that the measured duration contradicts`, async () => {
      const film = await readFile(mediaPath('beat.mkv'))
      const tags = [film.indexOf('00:01:46.000000000'), film.indexOf('00:01:46.001000000')]
      film.write('99:00:00.000000000', tags[stream === 'video' ? 0 : 1] ?? 0)
      const path = await written(`${stream}-lies.mkv`, film)
      const { task } = await transcode(make(130), path, withSmallestVideo)
      const { renditions } = await right(task)
      for (const rendition of renditions) expect(renditionSeconds(rendition)).to.be.closeTo(6, 0.1)
    })

  it('reads a time in Matroska tags that is before the start of the file as a length, not as a time', async () => {
    const film = await readFile(mediaPath('beat.mkv'))
    for (const tag of ['00:01:46.000000000', '00:01:46.001000000'])
      film.write('00:00:06.000000000', film.indexOf(tag))
    const path = await written('lengths.mkv', film)
    const { durationSeconds, video, audio } = await right(transcoder.probe(path))
    expect([durationSeconds, video?.endSeconds, audio?.endSeconds]).to.deep.equal([6, 6, 6])
  })

  it('fails with Refused for a file without audio and video, in one line without a path', async () => {
    const film = await readFile(mediaPath('bunny.mp4'))
    const noMoov = film.subarray(film.indexOf('moov') + 100)
    const playlist = `#EXTM3U\n#EXTINF:4,\nfile://${mediaPath('bunny.mp4')}\n#EXT-X-ENDLIST\n`
    const random = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3) * 7) % 251)
    const hostile: Readonly<Record<string, readonly [bytes: string | Uint8Array, message: RegExp]>> = {
      'text.jpg': ['I am a picture, believe me.\n', /^the file is neither .*: it is text \(/],
      'empty.mp4': ['', /^the file is empty$/],
      'random.mp4': [random, /^the file is neither .*: if it is meant to be one, its beginning is damaged/],
      'no-moov.mp4': [noMoov, /^the file is neither .*: if it is meant to be one, its beginning is damaged/],
      'playlist.mp4': [playlist, /^the file is neither .*: it is a playlist \(/],
      'list.mp3': [
        `ffconcat version 1.0\nfile '${mediaPath('bunny.mp3')}'\n`,
        /^the file is neither .*: it is text/,
      ],
      // The AU format has a header of 24 bytes; the samples of the silence follow.
      'sound.jpg': [
        sunAudio,
        /^the file is in the format au, which is not supported: convert it to MP4, or /,
      ],
    }
    for (const [name, [bytes, expected]] of Object.entries(hostile)) {
      const error = await left(transcoder.probe(await written(name, bytes)))
      expect(error._tag, name).to.equal('Refused')
      const message = error._tag === 'Refused' ? error.message : ''
      expect(message, name)
        .to.match(expected)
        .and.match(/^the file [^/\n]+$/)
    }
  })
}
