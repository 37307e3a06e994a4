/**
 * The start of every path of the API. A token in the path follows it: `/api/1/~{jwt}/…` (http-api.md §2.2).
 */
export const apiPath = '/api/1'

/** The public URL of the API, without a trailing slash: `https://media.example.com/api/1`. */
export const apiUrl = (publicUrl: string): string => `${publicUrl.replace(/\/+$/, '')}${apiPath}`

/**
 * The path against which URIs of playlists are resolved. A playlist with another path below `/api/1` refers
 * to the same children by `..`.
 */
const playlistBasePath = `${apiPath}/content_files/exports/`

/**
 * Returns the absolute path of a relative URI in a playlist, with the token in it. Returns `null` if the URI
 * does not point below the API, or already has a token. Does not escape `jwt`.
 */
export const withPathToken = (uri: string, jwt: string): string | null => {
  const anyOrigin = 'http://larder.invalid'
  if (!URL.canParse(uri, anyOrigin + playlistBasePath)) return null
  const { origin, pathname, search, hash } = new URL(uri, anyOrigin + playlistBasePath)
  if (origin !== anyOrigin || !pathname.startsWith(`${apiPath}/`) || pathname.startsWith(`${apiPath}/~`))
    return null
  return `${apiPath}/~${jwt}${pathname.slice(apiPath.length)}${search}${hash}`
}
