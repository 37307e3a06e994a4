declare const fromUrl: unique symbol

/**
 * The caller's own token, copied from the URL of the request into the URLs of a playlist. Only
 * access/playlist-signing.ts creates a CopiedToken, and only for a viewer whose token came in the URL.
 */
export type CopiedToken = { readonly source: 'copied'; readonly jwt: string; readonly [fromUrl]: true }

/** A token that Larder has minted for this playlist. Only clients that get this playlist have the token. */
export type MintedToken = { readonly source: 'minted'; readonly jwt: string }

/**
 * How the children of a playlist get a token (http-api.md §3), and the source of this token. The source is
 * recorded when the signature is created, and never derived by comparing tokens (§3.2). `none`: the client
 * sends its token by header or cookie. `inherited`: the playlist's own path has the caller's token, which
 * relative URIs inherit.
 */
export type Signature =
  | { readonly mode: 'none' }
  | ({ readonly mode: 'query' | 'path' } & (CopiedToken | MintedToken))
  | { readonly mode: 'inherited' }
  | { readonly mode: 'define' }

/**
 * The signatures that relative URIs in XML can have. XML has no variables, so the route answers `define` with
 * 422.
 */
export type UriSignature = Exclude<Signature, { readonly mode: 'define' }>
/**
 * The signatures that absolute URLs can have. Absolute URLs inherit no token from the path of the playlist.
 */
export type UrlSignature = Exclude<UriSignature, { readonly mode: 'inherited' }>

const nameOf = (pair: string): string | undefined => [...new URLSearchParams(pair).keys()][0]

/** Appends `jwt={value}` to the query of the URI and removes any other `jwt`. Does not escape `value`. */
export const withJwt = (uri: string, value: string): string => {
  const hash = uri.indexOf('#')
  const fragment = hash < 0 ? '' : uri.slice(hash)
  const resource = hash < 0 ? uri : uri.slice(0, hash)
  const mark = resource.indexOf('?')
  if (mark < 0) return `${resource}?jwt=${value}${fragment}`

  const query = resource
    .slice(mark + 1)
    .split('&')
    .filter((pair) => pair !== '' && nameOf(pair) !== 'jwt')
  return `${resource.slice(0, mark)}?${[...query, `jwt=${value}`].join('&')}${fragment}`
}
