import { expect } from 'chai'
import fc from 'fast-check'
import { toProbedFile } from '../../../src/adapters/transcode/ffmpeg/ffprobe-output.ts'
import {
  ProbedFile,
  parseClockSeconds,
  streamEndSeconds,
  streamsToDecode,
} from '../../../src/adapters/transcode/probed-file.ts'
import { E } from '../../../src/fp.ts'
import { audioStream, videoStream } from '../../support/probed-streams.ts'

const anySeconds = () => fc.option(fc.double())

describe('the end of a stream', () => {
  it('is unknown, or a number of seconds from the start of the file, whatever the file declares', () => {
    fc.assert(
      fc.property(
        anySeconds(),
        anySeconds(),
        anySeconds(),
        anySeconds(),
        (fileStart, start, length, tagged) => {
          const end = streamEndSeconds({ fileStart, start, length, tagged })
          expect(end === null || (Number.isFinite(end) && end >= 0), String(end)).to.equal(true)
        },
      ),
    )
  })

  it('is unknown if the tag is not a number', () => {
    const tagged = parseClockSeconds(`${'9'.repeat(400)}:00:00`)
    expect(streamEndSeconds({ fileStart: 0, start: 0, length: null, tagged })).to.equal(null)
  })
})

describe('the streams whose first frames are decoded', () => {
  it('are the eight largest videos, however many a file has', () => {
    const videos = Array.from({ length: 40 }, (_, index) => videoStream({ index, width: 100 + index }))
    const others = [videoStream({ index: 40, width: 9000, isCover: true }), audioStream({ index: 41 })]
    const unknown = videoStream({ index: 42, width: 9000, codec: 'wmv2' })
    expect(streamsToDecode([...videos, ...others, unknown])).to.deep.equal([39, 38, 37, 36, 35, 34, 33, 32])
  })
})

describe('ProbedFile', () => {
  it('has no time that is negative or not finite', () => {
    const probed = toProbedFile({ streams: [{ codec_type: 'video' }, { codec_type: 'audio' }] }, false)
    expect(E.isRight(ProbedFile.decode(probed))).to.equal(true)
    for (const wrong of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(E.isLeft(ProbedFile.decode({ ...probed, durationSeconds: wrong })), String(wrong)).to.equal(true)
      for (const field of ['startSeconds', 'endSeconds', 'splitAfter']) {
        if (field === 'startSeconds' && wrong === -1) continue
        const streams = probed.streams.map((stream) => ({ ...stream, [field]: wrong }))
        expect(E.isLeft(ProbedFile.decode({ ...probed, streams })), `${field} ${wrong}`).to.equal(true)
      }
    }
  })
})
