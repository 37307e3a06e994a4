import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { renditionSeconds } from '../../../src/domain/ingest/rendition-facts.ts'
import { availableEngines, createTranscoderOfEngine } from '../../support/engines.ts'
import { right } from '../../support/expect-right.ts'
import { createTranscodingFolder, mediaPath, withSmallestVideo } from '../../support/transcoding.ts'

const FRAME_SECONDS = 1 / 30

/** Moves the end of the edit list (version 0, ISO/IEC 14496-12 §8.6.6) by milliseconds. */
const withLaterEnd = (film: Buffer, milliseconds: number): Buffer => {
  const duration = film.indexOf('elst') + 12
  film.writeUInt32BE(film.readUInt32BE(duration) + milliseconds, duration)
  return film
}

/**
 * The last frame of these films is shown at 6 s, and is not the last in decoding order. Frames before it are
 * shown for 1 s.
 */
const films = [
  { file: 'last-frame.mp4', name: 'an edit list that ends a frame later', seconds: 6 + FRAME_SECONDS },
  { file: 'last-frame.mp4', name: 'an edit list that ends 0.5 s later', later: 467, seconds: 6.5 },
  {
    file: 'last-frame.mp4',
    name: 'an edit list that ends later than any frame lasts',
    later: 9000,
    seconds: 6 + FRAME_SECONDS,
  },
  { file: 'last-frame-no-edits.mp4', name: 'no edit list', seconds: 6 + FRAME_SECONDS },
  { file: 'last-frame-fragments.mp4', name: 'fragments', seconds: 6 + FRAME_SECONDS },
]

describe('the last frame of a film with a variable frame rate', () => {
  const { transcode, written } = createTranscodingFolder()

  for (const [engineName, engine] of availableEngines())
    for (const { file, name, later = 0, seconds } of films)
      it(`[V48] is shown as long as the file states (${name}, ${engineName})`, async () => {
        const film = await readFile(mediaPath(file))
        const path = await written('film.mp4', later === 0 ? film : withLaterEnd(film, later))
        const { task } = await transcode(createTranscoderOfEngine(engine), path, withSmallestVideo)
        const { renditions, sourceSeconds, warnings } = await right(task)
        for (const rendition of renditions)
          expect(renditionSeconds(rendition)).to.be.closeTo(seconds, FRAME_SECONDS / 2)
        expect(sourceSeconds).to.be.closeTo(seconds, FRAME_SECONDS / 2)
        expect(warnings).to.deep.equal([])
      })
})
