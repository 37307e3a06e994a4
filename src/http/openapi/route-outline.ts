import type * as t from 'io-ts'
import type { RouteAccess } from '../request/credential.ts'
import type { RequestBody } from '../request/request-body.ts'
import type { RouteDescription } from './route-description.ts'

/** What the API document needs of a route. */
export type RouteOutline = {
  readonly about: RouteDescription
  readonly credential: { readonly access: RouteAccess }
  readonly params?: t.Mixed
  readonly explainsParams?: boolean
  readonly query?: t.Mixed
  readonly body?: Pick<RequestBody<unknown>, 'codec' | 'maxBytes'>
}

/** A route at a path, in the notation of the router. */
export type DescribedRoute = {
  readonly method: string
  readonly path: string
  readonly outline: RouteOutline
  /** Whether the route has another path, which comes first. */
  readonly isAlias: boolean
}
