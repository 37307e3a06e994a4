import type { IncomingHttpHeaders } from 'node:http'

/** The parts of a request that identify a stored reply. */
export type ReplayKey = {
  /** Equal for all requests that differ only in their tokens. */
  readonly name: string
  /** `null`: the request has no credential. */
  readonly jwt: string | null
  /** Whether the reply also depends on a range or a condition of the request. */
  readonly isConditional: boolean
}

// Each pattern matches the usual notation only, and nothing ambiguous. The routes handle every other request.
const inHeader = /^bearer ([\w.-]+)$/i
const inPath = /^\/api\/1\/~([\w.-]+)\//
const inQuery = /[?&]jwt=([\w.-]+)(?=&|$)/

const isConditional = (headers: IncomingHttpHeaders): boolean =>
  headers.range !== undefined ||
  headers['if-none-match'] !== undefined ||
  headers['if-modified-since'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-unmodified-since'] !== undefined

/**
 * Splits a request into the replay name and the token; `null` if only the routes can interpret the request.
 * `readsOrigin`: replies depend on the Origin header. Hot path. The credential must be the one that
 * credential.ts chooses: the first one in the order header, path, query (http-api.md §2.2).
 */
export const parseReplayKey = (
  method: string | undefined,
  url: string,
  headers: IncomingHttpHeaders,
  readsOrigin: boolean,
): ReplayKey | null => {
  if (method !== 'GET') return null
  const common = { isConditional: isConditional(headers) }
  const form = `${headers['accept-encoding'] ?? ''}\n${readsOrigin ? (headers.origin ?? '') : ''}`
  const { authorization } = headers
  if (authorization !== undefined) {
    const jwt = inHeader.exec(authorization)?.[1]
    return jwt === undefined ? null : { name: `header\n${form}\n${url}`, jwt, ...common }
  }
  const inUrl = inPath.exec(url) ?? inQuery.exec(url)
  const jwt = inUrl?.[1]
  if (inUrl === null || jwt === undefined) return { name: `nobody\n${form}\n${url}`, jwt: null, ...common }
  const start = inUrl.index + inUrl[0].lastIndexOf(jwt)
  if (url.lastIndexOf('jwt=') > start) return null
  // The stored body of a playlist has room for tokens of one length only.
  const name = `${jwt.length}\n${form}\n${url.slice(0, start)}\n${url.slice(start + jwt.length)}`
  return { name, jwt, ...common }
}
