import * as t from 'io-ts'
import type { EncodeJob, EncodeOutput, RemuxJob, StreamJob } from '../engine.ts'

// The messages between the server and the child process that loads node-av.

const options = t.readonly(t.record(t.string, t.string))

const EncodeOutputMessage: t.Type<EncodeOutput> = t.readonly(
  t.strict({
    label: t.string,
    encoder: t.union([t.literal('libx264'), t.literal('aac'), t.literal('pcm_f32le')]),
    options,
    muxer: options,
    dropsFirstPacket: t.boolean,
    file: t.string,
  }),
)

const StreamJobMessage: t.Type<StreamJob> = t.readonly(
  t.strict({
    streamIndex: t.number,
    normalization: t.string,
    graph: t.string,
    outputs: t.readonlyArray(EncodeOutputMessage),
  }),
)

const EncodeJobMessage: t.Type<EncodeJob> = t.readonly(
  t.strict({
    path: t.string,
    jumpSeconds: t.number,
    hasZeroBasedTimes: t.boolean,
    referenceStreams: t.readonlyArray(t.number),
    video: t.union([StreamJobMessage, t.null]),
    audio: t.union([StreamJobMessage, t.null]),
    wallSeconds: t.number,
  }),
)

const RemuxJobMessage: t.Type<RemuxJob> = t.readonly(
  t.strict({
    outputs: t.readonlyArray(t.readonly(t.strict({ inputs: t.readonlyArray(t.string), file: t.string }))),
    wallSeconds: t.number,
  }),
)

/** The request to a child process. It gets one request, replies, and exits. */
export const ChildRequest = t.union([
  t.strict({ kind: t.literal('describe') }),
  t.strict({ kind: t.literal('probe'), path: t.string }),
  t.strict({ kind: t.literal('peak-rate'), path: t.string, streamIndex: t.number }),
  t.strict({
    kind: t.literal('packet-spans'),
    path: t.string,
    streamIndexes: t.readonlyArray(t.number),
    jumpSeconds: t.number,
  }),
  t.strict({ kind: t.literal('encode'), job: EncodeJobMessage }),
  t.strict({ kind: t.literal('remux'), job: RemuxJobMessage }),
])
export type ChildRequest = t.TypeOf<typeof ChildRequest>

export const ChildReply = t.union([
  t.strict({ kind: t.literal('progress'), seconds: t.number }),
  t.strict({ kind: t.literal('done'), value: t.unknown }),
  t.strict({ kind: t.literal('failed'), detail: t.string }),
])
export type ChildReply = t.TypeOf<typeof ChildReply>
