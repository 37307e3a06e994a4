import { expect } from 'chai'
import { parseFfprobeListing } from '../../../src/adapters/transcode/ffmpeg/ffmpeg-listing.ts'
import { toProbedFile } from '../../../src/adapters/transcode/ffmpeg/ffprobe-output.ts'

describe('parseFfprobeListing', () => {
  it('[V47] reads the purposes of a stream, in the notation of any release', () => {
    const lines = [
      'Input #0, mpegts, from a.ts:',
      '  Stream #0:0[0x101](eng): Audio: mp2, 48000 Hz, mono, fltp, 32 kb/s (visual impaired) (descriptions)',
      '  Stream #0:1[0x102](eng): Audio: mp2, 48000 Hz, mono, fltp, 32 kb/s (default) (non-diegetic)',
      '  Stream #0:2: Subtitle: subrip (hearing_impaired)',
      '  Stream #0:3: Audio: aac (LC), 48000 Hz, stereo, fltp (dub)',
    ]
    const { streams } = toProbedFile(parseFfprobeListing(lines.join('\n')), false)
    expect(streams.map(({ purposes }) => purposes)).to.deep.equal([
      ['visual_impaired', 'descriptions'],
      ['non_diegetic'],
      ['hearing_impaired'],
      ['dub'],
    ])
  })
})
