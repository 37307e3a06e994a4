import type { Client, LarderError } from '#larder-client'
import { printError } from '../terminal/print-error.ts'
import { CommandError } from './command.ts'
import { erasedFile } from './describe-erasure.ts'
import type { LibraryAccess } from './library-access.ts'
import { remoteWebhooks } from './remote-webhooks.ts'
import { readServerToken, type ServerOption, type TokenPlaces } from './server-option.ts'

/** Number of files or jobs that are read at once. */
const pageSize = 200

// The client is loaded when a server is named.
export const loadClient = () => import('#larder-client')

/** Explains in one line for the terminal why a call failed. */
export const explainReply = ({ type, status, message, cause }: LarderError, server: string): string => {
  if (type === 'unreachable') {
    const { cause: inner } = cause instanceof Error ? cause : { cause: undefined }
    return `${server} does not answer: ${inner instanceof Error ? inner.message : message}`
  }
  if (type === 'unreadable_source') return `it cannot be read: ${message}`
  if (type === 'timed_out') return `${server} does not answer: ${message}`
  if (status === 401 || status === 403) return `${server} refuses the token: ${message}`
  return status >= 500 ? `${server}: ${message}` : message
}

/** Takes the first `limit` items. */
async function* first<A>(items: AsyncIterable<A>, limit: number): AsyncGenerator<A> {
  let left = limit
  for await (const item of items) {
    if (left-- > 0) yield item
    if (left === 0) return
  }
}

const flag = (value: boolean): '1' | '0' => (value ? '1' : '0')

/** Returns the members that are not null. */
const given = <A extends object>(members: A) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null)) as {
    readonly [K in keyof A]?: NonNullable<A[K]>
  }

const accessTo = (
  client: Client,
  { LarderError: Failure, eachEvent, eachItem }: Awaited<ReturnType<typeof loadClient>>,
) => {
  const explained = (error: unknown, missing?: string): unknown => {
    if (!(error instanceof Failure)) return error
    if (error.status === 404 && missing !== undefined) return new CommandError(missing)
    return new CommandError(explainReply(error, client.baseUrl))
  }
  const reasonOf = (error: unknown): string => {
    const reason = explained(error)
    return reason instanceof Error ? reason.message : String(reason)
  }
  const call = async <A>(reply: Promise<{ readonly data: A }>, missing?: string): Promise<A> => {
    try {
      return (await reply).data
    } catch (error) {
      throw explained(error, missing)
    }
  }
  async function* each<A>(items: AsyncIterable<A>, missing?: string): AsyncGenerator<A> {
    try {
      yield* items
    } catch (error) {
      throw explained(error, missing)
    }
  }
  const noJob = (uid: string) => `there is no job with the uid ${uid}`
  /** Returns `null` for what is no failure of the command. */
  const orNull = <A>(reply: Promise<{ readonly data: A }>): Promise<A | null> =>
    reply.then(
      ({ data }) => data,
      (error: unknown) => (error instanceof Failure ? null : Promise.reject(error)),
    )

  async function* followEvents(...[filter, after, signal]: Parameters<LibraryAccess['followEvents']>) {
    const events = eachEvent(client, {
      query: given(filter),
      ...(after !== null && { after }),
      signal,
      onLost: (error) => printError(`the stream of events broke, and is opened again: ${reasonOf(error)}`),
    })
    try {
      yield* each(events, filter.job === null ? undefined : noJob(filter.job))
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Does something with a file. Throws a `CommandError`, for an erased file one that says how its erasure stands. */
  const ofFile = async <A>(uid: string, reply: Promise<{ readonly data: A }>): Promise<A> => {
    try {
      return (await reply).data
    } catch (error) {
      const isMissing = error instanceof Failure && error.status === 404
      const erasure = isMissing ? await orNull(client.showErasure({ path: { uid } })) : null
      throw erasure === null
        ? explained(error, `there is no file with the uid ${uid}`)
        : erasedFile(uid, erasure)
    }
  }

  const access: LibraryAccess = {
    listMedia: (filter, limit) => {
      const { search: q, kind, state, isPublic, isOutdated, isDeleted } = filter
      const query = {
        ...given({ q, kind, state }),
        ...(isPublic !== null && { public: flag(isPublic) }),
        ...(isOutdated !== null && { outdated: flag(isOutdated) }),
        deleted: flag(isDeleted),
        limit: Math.min(pageSize, limit),
      } as const
      return each(first(eachItem(client.listMedia, { query }), limit))
    },
    listJobs: (state, limit) => {
      const query = { ...given({ state }), limit: Math.min(pageSize, limit) }
      return each(first(eachItem(client.listJobs, { query }), limit))
    },
    showMedia: (uid) => ofFile(uid, client.showMedia({ path: { uid } })),
    hasMedia: (uid) =>
      client.showMedia({ path: { uid } }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Failure && error.status === 404) return false
          throw explained(error)
        },
      ),
    changeMedia: (uid, { isPublic, ...change }) => {
      const body = { ...change, ...(isPublic !== undefined && { public: isPublic }) }
      return ofFile(uid, client.changeMedia({ path: { uid }, headers: { 'If-Match': '*' }, body }))
    },
    deleteMedia: async (uid, mode) => {
      const query = {
        ...(mode !== 'trash' && { now: '1' as const }),
        ...(mode === 'erase' && { purge: '1' as const }),
      }
      const { deleted_at, purge_after, erased, refused } = await ofFile(
        uid,
        client.deleteMedia({ path: { uid }, query }),
      )
      return {
        ...{ deleted_at, purge_after },
        ...(erased !== undefined && { erased }),
        ...(refused !== undefined && { refused }),
      }
    },
    restoreMedia: async (uid) => {
      await ofFile(uid, client.restoreMedia({ path: { uid } }))
    },
    revoke: async ({ kind, subject }) => {
      const { not_before, purge, instances } = await call(client.revokeTokens({ body: { [kind]: subject } }))
      return { not_before, started: purge === null ? null : { uid: purge, instances } }
    },
    cancelJob: (uid) => call(client.cancelJob({ path: { uid } }), noJob(uid)),
    retryJob: (uid) => call(client.retryJob({ path: { uid } }), noJob(uid)),
    listInstances: async () => (await call(client.listInstances())).items,
    purge: (body) => call(client.purgeCache({ body })),
    // A server that has done a purge has applied every change before it.
    requestReceipts: (uid) => orNull(client.purgeCache({ body: { uid } })),
    findReceipts: (uid) => orNull(client.showPurge({ path: { uid } })),
    followEvents,
    webhooks: remoteWebhooks(client, call),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  }
  return access
}

/** Runs `work` with the library of a server. */
export const withRemoteLibrary = async <A>(
  server: ServerOption,
  work: (library: LibraryAccess) => Promise<A>,
  places?: TokenPlaces,
): Promise<A> => {
  const token = await readServerToken(server, places)
  const module = await loadClient()
  return work(accessTo(module.createClient({ baseUrl: server.url, token }), module))
}
