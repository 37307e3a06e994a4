import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { runProcess } from '../support/run.ts'
import type { Mode, ServedFilm } from '../support/served-film.ts'

// GStreamer's demuxers fetch the children of a playlist without the header of the first request.
const modes: ReadonlyArray<Mode> = ['query', 'path']
const lists = ['mobile.m3u8', 'dash.mpd'] as const

const pictureCaps = 'video/x-raw,format=GRAY8,width=32,height=18'
const soundCaps = 'audio/x-raw,format=S16LE,channels=1,rate=48000'

export const gstreamerTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('GStreamer', () => {
    let folder: string
    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'larder-gstreamer-'))
    })
    after(() => rm(folder, { recursive: true, force: true }))

    for (const list of lists)
      for (const mode of modes)
        it(`decodes every frame and all audio of ${list}, signed by ${mode}`, async () => {
          const [pictures, sound] = [path.join(folder, 'pictures'), path.join(folder, 'sound')]
          const { url } = film().addressOf(list, mode)
          const pipeline = [
            `uridecodebin uri=${url} name=film`,
            `film. ! queue ! videoconvert ! videoscale ! ${pictureCaps} ! filesink location=${pictures}`,
            `film. ! queue ! audioconvert ! audioresample ! ${soundCaps} ! filesink location=${sound}`,
          ]
          const ran = await runProcess('gst-launch-1.0', ['--quiet', ...pipeline.join(' ').split(' ')])
          expect(ran).to.deep.equal({ code: 0, out: '', err: '' })
          expect((await stat(pictures)).size).to.equal(film().pictures * 32 * 18)
          expect((await stat(sound)).size / 2 / 48_000).to.be.closeTo(film().seconds, 0.05)
        })
  })
