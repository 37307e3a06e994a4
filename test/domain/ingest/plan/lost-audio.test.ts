import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { createMemoryObjectStore } from '../../../../src/adapters/memory/memory-object-store.ts'
import { addFile } from '../../../../src/domain/ingest/add-file.ts'
import { planMedia } from '../../../../src/domain/ingest/plan/media-ladder.ts'
import type { ContentFileUid } from '../../../../src/domain/media/ids.ts'
import { O } from '../../../../src/fp.ts'
import { right } from '../../../support/expect-right.ts'
import { createMemoryLarder } from '../../../support/memory-larder.ts'

describe('a film whose audio cannot be decoded', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'larder-silent-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('[V48] has the renditions of a film without audio, including the one for slow connections', async () => {
    // The AAC track is declared as MP3: object type 0x6b instead of 0x40 (ISO/IEC 14496-1 §7.2.6.6.2).
    const bytes = await readFile('test/media/bunny.mp4')
    const config = bytes.indexOf(Buffer.from([0x04, 0x80, 0x80, 0x80]), bytes.indexOf('esds'))
    bytes[config + 5] = 0x6b
    const path = join(folder, 'broken-sound.mp4')
    await writeFile(path, bytes)
    const { transcoder, ingest, jobWork, contentFiles } = await createMemoryLarder({
      store: createMemoryObjectStore(),
    })
    const facts = await right(transcoder.probe(path))
    expect(facts.audio?.codec).to.equal('mp3')
    const planned = planMedia({ ...facts, audio: null }).video
    expect(planned.map(({ name }) => name)).to.deep.equal(['v360', 'v240', 'v144'])

    const added = await right(
      addFile({ ingest, jobWork }, path, { isPublic: false, onRegistered: () => {}, onProgress: () => {} }),
    )
    expect(added.warnings.filter((warning) => warning.startsWith('no sound'))).to.have.length(1)
    const file = await right(contentFiles.find(added.uid as ContentFileUid))
    const exports = O.isSome(file) ? file.value.exports : []
    for (const format of ['m3u8', 'mp4']) {
      const made = exports.filter((one) => one.format === format)
      expect(made.map(({ video }) => video?.width)).to.have.members(planned.map(({ width }) => width))
      for (const { codecs } of made) expect(codecs.map((codec) => codec.slice(0, 4))).to.deep.equal(['avc1'])
    }
  })
})
