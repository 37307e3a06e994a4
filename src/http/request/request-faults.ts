/** Faults of a request that are found before any service is called. */
export type RequestFault =
  | MissingCredential
  | MalformedCredential
  | Unprocessable
  | MalformedBody
  | UnsupportedMedia
  | SlowRequest

/** The request has no credential. */
export type MissingCredential = { readonly _tag: 'MissingCredential' }
/** The Authorization header is not `bearer <token>`. */
export type MalformedCredential = { readonly _tag: 'MalformedCredential' }
/** Parameters could not be decoded. `detail` contains one entry for each fault. */
export type Unprocessable = { readonly _tag: 'Unprocessable'; readonly detail: ReadonlyArray<ParameterFault> }

/** The body is not JSON, or ends early. */
type MalformedBody = { readonly _tag: 'MalformedBody' }
/** The body has a type or coding that the route does not read. */
type UnsupportedMedia = { readonly _tag: 'UnsupportedMedia' }
/** The body did not arrive in time. */
type SlowRequest = { readonly _tag: 'SlowRequest' }

/**
 * A fault of a parameter, in the form of http-api.md §1.4: `{ loc: ['query', 'w'], msg: 'should be a number of
 * at least 1', type: 'pixels' }`.
 */
export type ParameterFault = {
  readonly loc: ReadonlyArray<string>
  readonly msg: string
  readonly type: string
}

export const missingCredential: MissingCredential = { _tag: 'MissingCredential' }
export const malformedCredential: MalformedCredential = { _tag: 'MalformedCredential' }
export const malformedBody: MalformedBody = { _tag: 'MalformedBody' }
export const unsupportedMedia: UnsupportedMedia = { _tag: 'UnsupportedMedia' }
export const slowRequest: SlowRequest = { _tag: 'SlowRequest' }
export const unprocessable = (detail: ReadonlyArray<ParameterFault>): Unprocessable => ({
  _tag: 'Unprocessable',
  detail,
})
