import type { operations } from './openapi.ts'

/** The names of the routes, as `operationId` in the API document. */
export type OperationId = keyof operations

/** What each call may have beside the parameters of its route. */
export type CallControl = {
  /** Ends the call; it then fails with the reason of the signal. */
  readonly signal?: AbortSignal
  /** How long the reply may take. Of bytes and streams only the headers count. */
  readonly timeoutSeconds?: number
  /** The value of `Accept`. JSON is preferred if it is absent. */
  readonly accept?: string
}

type PlaceNames = { readonly header: 'headers' }

/** The parameters of a route by their place: `path`, `query`, `headers`. */
type Places<P> = {
  readonly [K in keyof P as P[K] extends undefined
    ? never
    : K extends keyof PlaceNames
      ? PlaceNames[K]
      : K]: P[K]
}

/** A body that is not JSON. */
export type RawBody = NonNullable<RequestInit['body']>

type BodyOf<Content> = Content extends { readonly 'application/json': infer Json } ? Json : RawBody

type Body<R> = R extends { readonly content: infer Content } ? { readonly body: BodyOf<Content> } : unknown

/** The parameters and the body of a call. */
export type CallOptions<Id extends OperationId> = Places<operations[Id]['parameters']> &
  Body<operations[Id]['requestBody']> &
  CallControl

/** Statuses of replies to a part of the bytes, or to a condition, for which only `headers` can ask. */
type ConditionalStatus = 206 | 304

type SuccessStatus = 200 | 201 | 202 | 204 | ConditionalStatus

type TextType = 'application/vnd.apple.mpegurl' | 'application/dash+xml' | 'text/html' | 'text/javascript'

/** What `data` is: JSON where the route has it, else text for lists and pages, else bytes. */
type DataOf<S, R> = S extends 204 | 304
  ? undefined
  : S extends 206
    ? ReadableStream<Uint8Array>
    : R extends { readonly content: infer Content }
      ? Content extends { readonly 'application/json': infer Json }
        ? Json
        : keyof Content extends TextType
          ? string
          : ReadableStream<Uint8Array>
      : undefined

type Replies<R> = {
  readonly [S in keyof R & SuccessStatus]: {
    readonly status: S
    readonly headers: Headers
    readonly data: DataOf<S, R[S]>
  }
}

type AllReplies<Id extends OperationId> = Replies<operations[Id]['responses']>

/** The reply to a call; one of several if `headers` ask for a part or set a condition. */
export type ConditionalReply<Id extends OperationId> = AllReplies<Id>[keyof AllReplies<Id>]

/** The reply to a call without `headers`. A route with content has no 204 then. */
export type Reply<Id extends OperationId> = AllReplies<Id>[Exclude<
  keyof AllReplies<Id>,
  ConditionalStatus | (200 extends keyof AllReplies<Id> ? 204 : never)
>]

type Arguments<O> = Record<never, never> extends O ? [options?: O] : [options: O]

type WithoutHeaders<O> = Omit<O, 'headers'> & { readonly headers?: never }

/** A route as a function. It throws a `LarderError` for every reply that is not a success. */
export type Operation<Id extends OperationId> = 'headers' extends keyof CallOptions<Id>
  ? Record<never, never> extends Pick<CallOptions<Id>, 'headers'>
    ? {
        (...given: Arguments<WithoutHeaders<CallOptions<Id>>>): Promise<Reply<Id>>
        (options: CallOptions<Id>): Promise<ConditionalReply<Id>>
      }
    : (...given: Arguments<CallOptions<Id>>) => Promise<Reply<Id>>
  : (...given: Arguments<CallOptions<Id>>) => Promise<Reply<Id>>

/** All routes, by their names. */
export type Operations = { readonly [Id in OperationId]: Operation<Id> }
