import type { ProbedAudio, ProbedSubtitles, ProbedVideo } from '../../src/adapters/transcode/probed-file.ts'
import { unspecifiedVideoColourTags } from './unspecified-colour-tags.ts'

export const noExtras = { data: [], attachments: [], chapters: 0 } as const
const noPurpose = { id: null, programs: [], purposes: [] } as const

export const videoStream = (overrides: Partial<ProbedVideo> = {}): ProbedVideo => ({
  kind: 'video',
  index: 0,
  codec: 'h264',
  language: null,
  ...noPurpose,
  isDefault: false,
  endSeconds: 10,
  splitAfter: null,
  isCover: false,
  width: 640,
  height: 360,
  pixelAspect: 1,
  rotation: 0,
  mirrored: false,
  averageRate: 25,
  nominalRate: 25,
  interlacedShare: 0,
  hasAlpha: false,
  hasCaptions: false,
  startSeconds: 0,
  colour: unspecifiedVideoColourTags,
  late: [],
  lastFrame: null,
  ...overrides,
})

export const audioStream = (overrides: Partial<ProbedAudio> = {}): ProbedAudio => ({
  kind: 'audio',
  index: 1,
  codec: 'aac',
  language: null,
  ...noPurpose,
  isDefault: false,
  startSeconds: 0,
  endSeconds: 10,
  splitAfter: null,
  channels: 2,
  sampleRate: 48_000,
  bitrate: null,
  ...overrides,
})

export const subtitleStream = (overrides: Partial<ProbedSubtitles> = {}): ProbedSubtitles => ({
  kind: 'subtitles',
  index: 2,
  codec: 'subrip',
  language: null,
  ...noPurpose,
  ...overrides,
})
