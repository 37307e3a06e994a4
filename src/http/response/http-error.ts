/** Faults of a request that are found before any service is called. */
export type HttpError = NotSet | BadFormat | Unprocessable

/** No credential at all. */
export type NotSet = { readonly _tag: 'NotSet' }
/** An Authorization header that is not `bearer <token>`. */
export type BadFormat = { readonly _tag: 'BadFormat' }
/** Parameters that do not decode, one entry per fault. */
export type Unprocessable = { readonly _tag: 'Unprocessable'; readonly detail: ReadonlyArray<Fault> }

/** See http-api.md §1.4: `{ loc: ['query', 'w'], msg: 'should be a number ≥ 1', type: 'dimension' }`. */
export type Fault = { readonly loc: ReadonlyArray<string>; readonly msg: string; readonly type: string }

export const notSet: NotSet = { _tag: 'NotSet' }
export const badFormat: BadFormat = { _tag: 'BadFormat' }
export const unprocessable = (detail: ReadonlyArray<Fault>): Unprocessable => ({
  _tag: 'Unprocessable',
  detail,
})
