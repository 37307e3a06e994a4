import type { CheckedMediaTokens } from '../../domain/access/checked-media-tokens.ts'
import type { Caller } from '../../domain/access/viewer.ts'
import type { BodyOfFile } from '../../domain/export/byte-source.ts'
import { followMediaState, isFinalState, type StateNews } from '../../domain/jobs/follow-media-state.ts'
import type { MediaState } from '../../domain/jobs/media-state.ts'
import { MediaStateJson, mediaStateAsJson } from '../../domain/jobs/media-state-json.ts'
import type { MediaStatus } from '../../domain/jobs/media-status.ts'
import type { MediaKind } from '../../domain/media/media-kind.ts'
import { type DomainError, overloaded } from '../../domain/shared/errors.ts'
import type { OpenStreams } from '../../domain/shared/open-streams.ts'
import { E, pipe, TE } from '../../fp.ts'
import type { Monotonic } from '../../ports/monotonic.ts'
import type { Sleep } from '../../ports/sleep.ts'
import type { ServerLifecycle } from '../lifecycle.ts'
import { prefersEventStream } from '../request/accept.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { encodeEventStream, eventStreamHeaders, quietEvent, streamRetrySeconds } from './event-stream.ts'
import { joinHeaders } from './join-headers.ts'
import { jsonReply, publicReply, type Reply } from './reply.ts'
import type { StreamCounts } from './stream-counts.ts'

/** Replies with the state of a file, as JSON or as a stream of events (http-api.md §5.11). */
export type ReplyWithMediaState = (
  incoming: IncomingRequest,
  kind: MediaKind,
  uid: string,
  caller: Caller,
) => TE.TaskEither<DomainError, Reply>

type Deps = {
  readonly mediaStatus: MediaStatus
  readonly checkedTokens: Pick<CheckedMediaTokens, 'verify'>
  readonly streams: StreamCounts
  readonly lifecycle: ServerLifecycle
  readonly sleep: Sleep
  readonly monotonic: Monotonic
  readonly openStreams: OpenStreams
}

const varyByAccept = { Vary: 'Accept' }

/** Formats a state as an event. The JSON contains no line break, so it is one line. */
const formatNews = (news: StateNews): string =>
  news === 'quiet' ? quietEvent : `id: ${news.state}\ndata: ${JSON.stringify(mediaStateAsJson(news))}\n\n`

export const createReplyWithMediaState = ({
  mediaStatus,
  checkedTokens,
  streams,
  lifecycle,
  sleep,
  monotonic,
  openStreams,
}: Deps): ReplyWithMediaState => {
  const streamReply = (first: MediaState, kind: MediaKind, ofFile: BodyOfFile, caller: Caller): Reply => {
    const readState = mediaStatus.read(kind, ofFile.file, caller)
    const jwt = caller?.jwt ?? null
    // A token that has expired, or was revoked, ends the stream; without a token, a file that is not public any more.
    const read =
      jwt === null
        ? readState
        : pipe(
            checkedTokens.verify(kind, jwt),
            TE.flatMap(() => readState),
          )
    const deps = { read, isStopping: lifecycle.isStopping, sleep, monotonic }
    return {
      status: 200,
      ofFile,
      headers: eventStreamHeaders,
      body: {
        open: async () =>
          E.right(
            encodeEventStream(
              (signal) => followMediaState(deps, first, signal),
              formatNews,
              streams.open({ jwt }),
            ),
          ),
      },
    }
  }

  return (incoming, kind, uid, caller) => {
    const ofFile = { file: uid, since: openStreams.moment() }
    return pipe(
      mediaStatus.read(kind, uid, caller),
      TE.flatMapEither((state): E.Either<DomainError, Reply> => {
        if (!prefersEventStream(incoming.headers.accept))
          return E.right(jsonReply(MediaStateJson, mediaStateAsJson(state)))
        // An EventSource connects again after the end of its stream. This status makes it stop.
        if (isFinalState(state) && incoming.headers['last-event-id'] === state.state)
          return E.right({ status: 204, headers: { 'Cache-Control': 'no-store' }, body: null })
        if (streams.isFull({ jwt: caller?.jwt ?? null })) return E.left(overloaded(streamRetrySeconds))
        return E.right(streamReply(state, kind, ofFile, caller))
      }),
      TE.map((reply) => ({
        ...reply,
        headers: joinHeaders(reply.headers, varyByAccept),
        ...(caller === null && publicReply),
      })),
    )
  }
}
