import { type Broken, made } from './break-fake-transcode-result.ts'

/** Renditions that are longer or shorter than their source, and what the examiner says. */
export const brokenLengths: ReadonlyArray<Broken> = [
  [
    'a longer source',
    { ...made, sourceSeconds: 11 },
    'source-length: video rendition v360: it lasts 10.000 s, and the source 11.000 s',
    'source-length: video rendition v240: it lasts 10.000 s, and the source 11.000 s',
    'source-length: audio rendition a128: it lasts 10.027 s, and the source 11.000 s',
  ],
  [
    'a shorter source',
    { ...made, sourceSeconds: 9.98 },
    'source-length: audio rendition a128: it lasts 10.027 s, and the source 9.980 s',
  ],
  [
    'an end of the source that was lost',
    {
      ...made,
      sourceStreams: [
        { kind: 'video', packetSeconds: 11, lastPacketSeconds: 0.04, encodedSeconds: 10 },
        { kind: 'audio', packetSeconds: 10, lastPacketSeconds: 0.05, encodedSeconds: 9.85 },
        // Within a frame and the last packet, within what a tag may trim, or longer.
        { kind: 'video', packetSeconds: 10.04, lastPacketSeconds: 0, encodedSeconds: 10 },
        { kind: 'audio', packetSeconds: 10, lastPacketSeconds: 0.05, encodedSeconds: 9.92 },
        { kind: 'audio', packetSeconds: 10, lastPacketSeconds: 0.026, encodedSeconds: 9.89 },
        { kind: 'audio', packetSeconds: 9, lastPacketSeconds: 0.05, encodedSeconds: 10 },
      ],
    },
    'source-length: the video of the source: 10.000 s were encoded, and the packets last 11.000 s',
    'source-length: the audio of the source: 9.850 s were encoded, and the packets last 10.000 s',
  ],
]
