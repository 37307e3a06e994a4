declare const fromUrl: unique symbol

/**
 * The caller's own token, copied from the URL of the request into the URLs of a list. Only `copiedFrom` in
 * access/access.ts makes one, and it takes no viewer whose token came in a header.
 */
export type CopiedToken = { readonly source: 'copied'; readonly jwt: string; readonly [fromUrl]: true }

/** A token that Larder has just derived for this list: no caller holds it yet, but who took it from such a list (V1). */
export type MintedToken = { readonly source: 'minted'; readonly jwt: string }

/**
 * How a token travels from a list to its children (http-api.md §3), and where that token comes from: this is known
 * from how the signature was made, and never found out by comparing tokens (§3.2). `none`: by header or cookie.
 * `inherited`: the list was asked for at a path with the caller's token, which relative URIs inherit.
 */
export type Signature =
  | { readonly mode: 'none' }
  | ({ readonly mode: 'query' | 'path' } & (CopiedToken | MintedToken))
  | { readonly mode: 'inherited' }
  | { readonly mode: 'define' }

/** What can be done to a relative URI without variables, which XML has not: `define` is 422 at the door. */
export type UriSignature = Exclude<Signature, { readonly mode: 'define' }>
/** What can be done to an absolute URL, which inherits nothing. */
export type UrlSignature = Exclude<UriSignature, { readonly mode: 'inherited' }>

const nameOf = (pair: string): string | undefined => [...new URLSearchParams(pair).keys()][0]

/** The URI with `jwt={value}` at the end of its query, in place of any `jwt` there was; `value` is taken as it is. */
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
