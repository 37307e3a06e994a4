/** The part of every path that no token stands before: `/api/1/~{jwt}/…` (http-api.md §2.2). */
export const apiPath = '/api/1'

/** Where the routes are for the world, without a slash at the end: `https://media.example.com/api/1`. */
export const apiUrl = (publicUrl: string): string => `${publicUrl.replace(/\/+$/, '')}${apiPath}`

/** Where a list of relative URIs stands; what stands elsewhere under it leads to the same children by `..`. */
const listsAt = `${apiPath}/content_files/exports/`

/**
 * The absolute path of a child that a list names by a relative URI, with the token in it. `null`: it leads to nothing
 * that opens by a token. `jwt` is taken as it is.
 */
export const withPathToken = (uri: string, jwt: string): string | null => {
  const anyOrigin = 'http://larder.invalid'
  if (!URL.canParse(uri, anyOrigin + listsAt)) return null
  const { origin, pathname, search, hash } = new URL(uri, anyOrigin + listsAt)
  if (origin !== anyOrigin || !pathname.startsWith(`${apiPath}/`) || pathname.startsWith(`${apiPath}/~`))
    return null
  return `${apiPath}/~${jwt}${pathname.slice(apiPath.length)}${search}${hash}`
}
