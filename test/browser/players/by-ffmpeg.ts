import { expect } from 'chai'
import { runProcess } from '../support/run.ts'
import type { Address, Mode, ServedFilm } from '../support/served-film.ts'

const modes: ReadonlyArray<Mode> = ['none', 'query', 'path']
const lists = ['mobile.m3u8', 'dash.mpd'] as const

/** Options that make ffmpeg print warnings, and the input. */
const inputOf = ({ url, jwt }: Address): ReadonlyArray<string> => [
  '-v',
  'warning',
  ...(jwt === null ? [] : ['-headers', `Authorization: bearer ${jwt}\r\n`]),
  '-i',
  url,
]

type Stream = { readonly codec_name: string; readonly width?: number; readonly nb_read_frames: string }

/** The streams in the output of ffprobe. Each variant includes its audio; the last program has only audio. */
const streamsOf = (out: string): ReadonlyArray<Stream> => JSON.parse(out).streams

export const ffmpegTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('FFmpeg', () => {
    for (const list of lists)
      for (const mode of modes) {
        it(`ffprobe finds every frame and all audio of ${list}, signed by ${mode}`, async () => {
          const input = inputOf(film().addressOf(list, mode))
          const what = ['-show_entries', 'stream=codec_name,width,nb_read_frames']
          const { code, out, err } = await runProcess('ffprobe', [
            ...input,
            '-count_frames',
            ...what,
            '-of',
            'json',
          ])
          expect(err).to.equal('')
          expect(code).to.equal(0)
          const streams = streamsOf(out)
          const pictures = streams.filter(({ codec_name }) => codec_name === 'h264')
          expect(pictures.map(({ width }) => width)).to.have.members([640, 426])
          // The DASH demuxer ends with the first stream that ends, a few frames before the others.
          const least = film().pictures - (list === 'dash.mpd' ? 5 : 0)
          for (const { nb_read_frames } of pictures)
            expect(Number(nb_read_frames)).to.be.within(least, film().pictures)
          const sounds = streams.filter(({ codec_name }) => codec_name === 'aac')
          expect(sounds).not.to.deep.equal([])
          for (const { nb_read_frames } of sounds)
            expect((Number(nb_read_frames) * 1024) / 48_000).to.be.closeTo(film().seconds, 0.05)
        })

        it(`ffmpeg decodes all of ${list}, signed by ${mode}, without a warning`, async () => {
          const input = inputOf(film().addressOf(list, mode))
          const ran = await runProcess('ffmpeg', ['-nostdin', ...input, '-map', '0', '-f', 'null', '-'])
          expect(ran).to.deep.equal({ code: 0, out: '', err: '' })
        })
      }
  })
