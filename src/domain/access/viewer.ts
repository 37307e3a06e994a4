import type { MediaGrant, MediaKind } from '../../ports/media-tokens.ts'
import type { Signature, UrlSignature } from './signature.ts'

type ViewerBy<C extends string> = {
  readonly kind: MediaKind
  readonly grant: MediaGrant
  readonly jwt: string
  /** How the token travelled; it decides how the token travels on (http-api.md §3). */
  readonly carrier: C
}

/** A viewer whose token came in the URL, where it may stand again. */
export type UrlViewer = ViewerBy<'path' | 'query'>

/** Who asks for media, as far as a token has proven it. */
export type Viewer = UrlViewer | ViewerBy<'header'>

/** How the token shall travel to the children of a list (http-api.md §3). */
export type Presign = Exclude<Signature['mode'], 'inherited'>
/** The same for JSON and XML, which have no variables to define. */
export type UrlPresign = UrlSignature['mode']
