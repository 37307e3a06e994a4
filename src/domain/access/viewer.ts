import type { MediaGrant } from '../../ports/media-tokens.ts'

/** Who asks for media, as far as a token has proven it. */
export type Viewer = {
  readonly grant: MediaGrant
  readonly jwt: string
  /** How the token travelled; it decides how the token travels on (wire.md §3). */
  readonly carrier: 'header' | 'query'
}

/** How the token shall travel to the children of a list (wire.md §3); `null`: as the caller came. */
export type Presign = 'none' | 'query'
