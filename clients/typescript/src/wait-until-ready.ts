import type { Client } from './create-client.ts'
import { LarderError } from './larder-error.ts'
import { mayComeBack, mostFailures } from './may-come-back.ts'
import type { components } from './openapi.ts'
import { readEvents, SilentStream } from './read-events.ts'
import { backOff, realTimers, type Timers } from './timers.ts'

/** How far the exports of a file are. */
export type MediaState = components['schemas']['MediaState']

/** Whether a file is a picture, or a sound or film. */
export type MediaKind = components['schemas']['MediaItem']['kind']

type WaitOptions = {
  readonly uid: string
  /**
   * The kind of the file, if the client has a media token for it, or the file is public. If it is absent, the client
   * is one of an admin, and gets media tokens itself.
   */
  readonly kind?: MediaKind
  readonly signal?: AbortSignal
  /** Is called with each new state. */
  readonly onState?: (state: MediaState) => void
  /** The clock and the waits, for tests. */
  readonly timers?: Timers
}

/** Time between two requests for the state, in milliseconds, where events cannot be had. */
const pollInterval = 2000

const isFinal = ({ state }: MediaState): boolean => state === 'ready' || state === 'failed'

type Viewer = { readonly client: Client; readonly kind: MediaKind }

const stateIds = { image: 'showImageState', content: 'showContentState' } as const

const pollState = async (
  { client, kind }: Viewer,
  uid: string,
  signal?: AbortSignal,
): Promise<MediaState> => {
  const given = { path: { uid }, ...(signal !== undefined && { signal }) }
  const { data } = await (kind === 'image' ? client.showImageState(given) : client.showContentState(given))
  return data
}

/** Iterates over the states that the server sends, until it ends the stream. */
async function* streamStates({ client, kind }: Viewer, uid: string, signal?: AbortSignal) {
  const reply = await client.request(stateIds[kind], {
    path: { uid },
    accept: 'text/event-stream',
    ...(signal !== undefined && { signal }),
  })
  if (reply.body === null) return
  for await (const { data } of readEvents(reply.body)) if (data !== null) yield JSON.parse(data) as MediaState
}

/** Whether the token of the wait has ended, so that a new one may help. */
const isTokenOver = (error: unknown): boolean =>
  error instanceof LarderError && (error.status === 401 || error.status === 403)

/**
 * Waits until the exports of a file are ready, and returns the last state. Listens to events, also over lost
 * connections, and polls where events do not come. Throws a `LarderError`: `exports_failed` if the file is refused, or
 * what the server replies, such as `not_found` for a file that was deleted.
 */
export const waitUntilReady = async (client: Client, options: WaitOptions): Promise<MediaState> => {
  const { uid, kind, signal, onState, timers = realTimers } = options
  const asViewer = async (): Promise<Viewer> => {
    if (kind !== undefined) return { client, kind }
    const { data } = await client.mintToken({ body: { uid }, ...(signal !== undefined && { signal }) })
    return { client: client.withToken(data.jwt), kind: data.kind }
  }

  let last: string | null = null
  const show = (state: MediaState): MediaState => {
    const text = JSON.stringify(state)
    if (text !== last) onState?.(state)
    last = text
    if (state.state === 'failed')
      throw new LarderError({
        type: 'exports_failed',
        message: state.reason ?? 'the exports could not be made',
      })
    return state
  }

  let viewer: Viewer | null = null
  let failures = 0
  let isPolling = false
  let hasSeenState = false
  for (;;) {
    try {
      viewer ??= await asViewer()
      if (isPolling) {
        const state = show(await pollState(viewer, uid, signal))
        if (isFinal(state)) return state
        failures = 0
      } else
        for await (const one of streamStates(viewer, uid, signal)) {
          const state = show(one)
          failures = 0
          hasSeenState = true
          if (isFinal(state)) return state
        }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      const canRenew = kind === undefined && hasSeenState && isTokenOver(error)
      if (!canRenew && !mayComeBack(error)) throw error
      if (canRenew) {
        viewer = null
        hasSeenState = false
        continue
      }
      failures += 1
      if (failures >= mostFailures) throw error
      // Too many streams are open, or a proxy holds them back.
      isPolling = isPolling || error instanceof SilentStream || (error as LarderError).status === 503
      await timers.sleep(backOff(failures - 1), signal)
      continue
    }
    await timers.sleep(pollInterval, signal)
  }
}
