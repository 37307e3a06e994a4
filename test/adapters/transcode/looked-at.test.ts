import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { readHexDump } from '../../../src/adapters/transcode/ffmpeg/ffprobe-output.ts'
import { lookedAtPictures } from '../../../src/adapters/transcode/looked-at.ts'
import { LOOKED_AT_PICTURES } from '../../../src/domain/ingest/plan/interlacing.ts'
import { media } from '../../support/transcoding.ts'

const codecDataOf = async (path: string): Promise<Uint8Array> => {
  const selection = [
    '-select_streams',
    'v:0',
    '-show_data',
    '-show_entries',
    'stream=extradata',
    '-of',
    'json',
  ]
  return readHexDump((await promisify(execFile)('ffprobe', ['-v', 'error', ...selection, path])).stdout)
}

/** The parameter sets of avcC with start codes, as in transport streams. */
const withStartCodes = (avcC: Uint8Array): Uint8Array => {
  const length = avcC[7] ?? 0
  return Buffer.concat([
    Buffer.from([0, 0, 0, 1]),
    avcC.subarray(8, 8 + length),
    Buffer.from([0, 0, 1, 0x68, 1]),
  ])
}

describe('[V42] the number of frames that are examined for interlacing', () => {
  it('is one where H.264 announces only frames, in either form', async () => {
    const codecData = await codecDataOf(media('bunny.mp4'))
    expect(lookedAtPictures('h264', codecData)).to.equal(1)
    expect(lookedAtPictures('h264', withStartCodes(codecData))).to.equal(1)
  })

  it('is many where it announces fields, where the parameters are damaged or missing, and for other codecs', async () => {
    const interlaced = await codecDataOf(media('beat-50i.mkv'))
    const frames = await codecDataOf(media('bunny.mp4'))
    for (const [codec, codecData] of [
      ['h264', interlaced],
      ['h264', withStartCodes(interlaced)],
      ['h264', frames.subarray(0, 12)],
      ['h264', frames.subarray(0, 6)],
      ['h264', new Uint8Array()],
      ['h264', null],
      ['hevc', frames],
    ] as const)
      expect(lookedAtPictures(codec, codecData)).to.equal(LOOKED_AT_PICTURES)
  })
})
