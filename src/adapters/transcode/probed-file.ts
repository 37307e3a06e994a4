import * as t from 'io-ts'

const nullable = <A>(codec: t.Type<A, unknown, unknown>) => t.union([codec, t.null])

const ProbedVideo = t.readonly(
  t.strict({
    kind: t.literal('video'),
    index: t.number,
    /** A picture that comes with a sound, as on a record's sleeve. */
    isCover: t.boolean,
    /** Pixels, as coded; 0 when its decoder would not say. */
    width: t.number,
    height: t.number,
    /** A pixel's width by its height. */
    pixelAspect: t.number,
    /** Degrees clockwise by which a player must turn it. */
    rotation: t.number,
    averageRate: t.number,
    nominalRate: t.number,
    interlaced: t.boolean,
    hdr: t.boolean,
    durationSeconds: nullable(t.number),
  }),
)
export type ProbedVideo = t.TypeOf<typeof ProbedVideo>

const ProbedAudio = t.readonly(
  t.strict({
    kind: t.literal('audio'),
    index: t.number,
    isDefault: t.boolean,
    codec: t.string,
    channels: t.number,
    sampleRate: t.number,
    bitrate: nullable(t.number),
    durationSeconds: nullable(t.number),
  }),
)
export type ProbedAudio = t.TypeOf<typeof ProbedAudio>

export type ProbedStream = ProbedVideo | ProbedAudio

/** What a demuxer says of a file, before it is judged. */
export const ProbedFile = t.readonly(
  t.strict({
    /** `null` also when it is but a guess from size and rate. */
    durationSeconds: nullable(t.number),
    streams: t.readonlyArray(t.union([ProbedVideo, ProbedAudio])),
  }),
)
export type ProbedFile = t.TypeOf<typeof ProbedFile>
