import { createHash } from 'node:crypto'
import { E, type TE } from '../../fp.ts'
import type { Clock } from '../../ports/clock.ts'
import { evaluateConditions } from '../bytes/conditional.ts'
import { type ContentCoding, chooseCoding } from '../bytes/content-coding.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { brotliWell, gzippedWell } from '../lists/compress.ts'
import type { Incoming } from '../request/incoming.ts'
import { preconditionFailed, type Reply } from './reply.ts'

/** A file of the console. */
export type Asset = { readonly contentType: string; readonly body: Uint8Array }

export type AssetReply = (incoming: Pick<Incoming, 'headers'>) => TE.TaskEither<never, Reply>

const encoders: Readonly<Record<ContentCoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: brotliWell,
  gzip: gzippedWell,
  identity: async (bytes) => bytes,
}

/** Answers with the file in the best coding that the client takes. Each coding is made once, when first asked for. */
export const createAssetReply = ({ contentType, body }: Asset, clock: Clock): AssetReply => {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  const forms = new Map<ContentCoding, Promise<Uint8Array>>()

  const formOf = (coding: ContentCoding): Promise<Uint8Array> => {
    const made = forms.get(coding) ?? encoders[coding](body)
    forms.set(coding, made)
    return made
  }

  return ({ headers: asked }) =>
    async () => {
      const coding = chooseCoding(asked['accept-encoding'], ['br', 'gzip'])
      const etag = `"${digest}${coding === 'identity' ? '' : `-${coding}`}"`
      // The page asks each time whether the file is still the same, so that a release is seen at once.
      const shared: Headers = { ETag: etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' }
      const decision = evaluateConditions({ ...asked, range: undefined }, { etag }, clock)
      if (decision === 'not-modified') return E.right({ status: 304, headers: shared, body: null })
      if (decision === 'precondition-failed') return E.right(preconditionFailed)
      const own = {
        'Content-Type': contentType,
        ...(coding === 'identity' ? {} : { 'Content-Encoding': coding }),
      }
      return E.right({ status: 200, headers: Object.assign({}, shared, own), body: await formOf(coding) })
    }
}
