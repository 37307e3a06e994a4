/** The part of every path that no token stands before: `/api/1/~{jwt}/…` (http-api.md §2.2). */
export const apiPath = '/api/1'

/** Where the routes are for the world, without a slash at the end: `https://media.example.com/api/1`. */
export const apiUrl = (publicUrl: string): string => `${publicUrl.replace(/\/+$/, '')}${apiPath}`
