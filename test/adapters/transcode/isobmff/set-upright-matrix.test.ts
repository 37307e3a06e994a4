import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readTrack } from '../../../../src/adapters/transcode/isobmff/isobmff-track.ts'
import { setUprightMatrix } from '../../../../src/adapters/transcode/isobmff/set-upright-matrix.ts'
import { turn } from '../../../support/broken-film.ts'
import { initSegment } from '../../../support/mp4-writer.ts'

describe('setUprightMatrix', () => {
  let path: string
  before(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'larder-upright-')), 'film.mp4')
  })
  after(() => rm(join(path, '..'), { recursive: true }))

  it('turns a track upright, and fails for a file whose track header is not found', async () => {
    const turned = turn(initSegment('film', 1000))
    expect(readTrack(turned).isUpright).to.equal(false)
    await writeFile(path, turned)
    await setUprightMatrix(path)
    expect(readTrack(await readFile(path)).isUpright).to.equal(true)

    turned.write('free', turned.indexOf('tkhd'), 'latin1')
    await writeFile(path, turned)
    const failure = await setUprightMatrix(path).catch((error: unknown) => error)
    expect(String(failure)).to.include('no tkhd box')
  })
})
