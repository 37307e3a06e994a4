/** Faults of a request that are found before any service is called. */
export type RequestFault =
  | MissingCredential
  | MalformedCredential
  | Unprocessable
  | MalformedBody
  | UnsupportedMedia
  | MalformedUpload
  | WrongTusVersion
  | SlowRequest
  | PreconditionMissing
  | VersionTagMissing

/** The request has no credential. */
export type MissingCredential = { readonly _tag: 'MissingCredential' }
/** The Authorization header is not `bearer <token>`. */
export type MalformedCredential = { readonly _tag: 'MalformedCredential' }
/** Parameters could not be decoded. `detail` contains one entry for each fault. */
export type Unprocessable = { readonly _tag: 'Unprocessable'; readonly detail: ReadonlyArray<ParameterFault> }

/** The body is not JSON or no form, or ends early. */
type MalformedBody = { readonly _tag: 'MalformedBody' }
/** The body has a type or coding that the route does not read. */
type UnsupportedMedia = { readonly _tag: 'UnsupportedMedia' }
/** A header of a tus request is missing or malformed. */
type MalformedUpload = { readonly _tag: 'MalformedUpload' }
/** The client does not speak tus 1.0.0. */
type WrongTusVersion = { readonly _tag: 'WrongTusVersion' }
/** The body did not arrive in time. */
type SlowRequest = { readonly _tag: 'SlowRequest' }
/** The request does not say which version it changes (RFC 6585 §3). */
type PreconditionMissing = { readonly _tag: 'PreconditionMissing' }
/** What the request says of the version has not the form of the tags that Larder gives to versions. */
type VersionTagMissing = { readonly _tag: 'VersionTagMissing' }

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
export const malformedUpload: MalformedUpload = { _tag: 'MalformedUpload' }
export const wrongTusVersion: WrongTusVersion = { _tag: 'WrongTusVersion' }
export const slowRequest: SlowRequest = { _tag: 'SlowRequest' }
export const preconditionMissing: PreconditionMissing = { _tag: 'PreconditionMissing' }
export const versionTagMissing: VersionTagMissing = { _tag: 'VersionTagMissing' }
export const unprocessable = (detail: ReadonlyArray<ParameterFault>): Unprocessable => ({
  _tag: 'Unprocessable',
  detail,
})
