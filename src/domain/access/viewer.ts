import type { MediaGrant } from '../../ports/media-tokens.ts'
import type { MediaKind } from '../media/media-kind.ts'
import type { Signature, UrlSignature } from './signature.ts'

type ViewerBy<C extends string> = {
  readonly kind: MediaKind
  readonly grant: MediaGrant
  readonly jwt: string
  /** How the request carried the token. The children of a playlist use the same carrier (http-api.md §3). */
  readonly carrier: C
}

/** A viewer whose token came in the URL, so that other URLs may contain it. */
export type UrlViewer = ViewerBy<'path' | 'query'>

/** A client with a verified media token. */
export type Viewer = UrlViewer | ViewerBy<'header'>

/** Who asks for media: a viewer, or `null`: a client without any credential, who can have public files only. */
export type Caller = Viewer | null

/** How the children of a playlist carry the token (http-api.md §3). */
export type Presign = Exclude<Signature['mode'], 'inherited'>
/** The same as `Presign` for the URLs in JSON and XML, which have no variables. */
export type UrlPresign = UrlSignature['mode']
