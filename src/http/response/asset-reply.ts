import { createHash } from 'node:crypto'
import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { evaluateConditions } from '../bytes/conditional.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { type ContentCoding, chooseCoding } from '../request/accept-encoding.ts'
import type { IncomingRequest } from '../request/incoming.ts'
import { brotliBest, gzipBest } from './compress.ts'
import { preconditionFailedReply } from './error-replies.ts'
import type { Reply } from './reply.ts'

/** A static file of the console. */
export type Asset = { readonly contentType: string; readonly body: Uint8Array }

export type AssetReply = (incoming: Pick<IncomingRequest, 'headers'>) => TE.TaskEither<never, Reply>

const encoders: Readonly<Record<ContentCoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: brotliBest,
  gzip: gzipBest,
  identity: async (bytes) => bytes,
}

/**
 * Creates a function that replies with the file, in the best coding that the client accepts. Encodes the file
 * once per coding, on first use. By default a client asks at each use whether the file has changed, so that a new
 * release is visible at once.
 */
export const createAssetReply = (
  { contentType, body }: Asset,
  clock: Clock,
  cacheControl = 'no-cache',
): AssetReply => {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  const forms = new Map<ContentCoding, Promise<Uint8Array>>()

  const formOf = (coding: ContentCoding): Promise<Uint8Array> => {
    const encoded = forms.get(coding) ?? encoders[coding](body)
    forms.set(coding, encoded)
    return encoded
  }

  return ({ headers: requestHeaders }) =>
    async () => {
      const coding = chooseCoding(requestHeaders['accept-encoding'], ['br', 'gzip'])
      const etag = `"${digest}${coding === 'identity' ? '' : `-${coding}`}"`
      const shared: Headers = { ETag: etag, 'Cache-Control': cacheControl, Vary: 'Accept-Encoding' }
      const decision = evaluateConditions({ ...requestHeaders, range: undefined }, { etag }, clock)
      if (decision === 'not-modified') return E.right({ status: 304, headers: shared, body: null })
      if (decision === 'precondition-failed') return E.right(preconditionFailedReply)
      const own = {
        'Content-Type': contentType,
        ...(coding === 'identity' ? {} : { 'Content-Encoding': coding }),
      }
      return E.right({ status: 200, headers: Object.assign({}, shared, own), body: await formOf(coding) })
    }
}
