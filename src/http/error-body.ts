import { apiPath } from '../domain/shared/public-urls.ts'
import { prefersProblemJson } from './bytes/accept.ts'

/** What is told of an error, before it is known in which form. */
export type ErrorBody = {
  readonly _tag: 'ErrorBody'
  readonly status: number
  /** One word, http-api.md §1.4. */
  readonly type: string
  readonly message: string
  /** One entry a fault, of a 422. */
  readonly detail: ReadonlyArray<unknown> | null
}

type Written = { readonly contentType: string; readonly text: string }

const usual = ({ type, message, detail }: ErrorBody): Written => ({
  contentType: 'application/json; charset=utf-8',
  text: JSON.stringify({ type, message, markdown: message, ...(detail === null ? {} : { detail }) }),
})

/** RFC 9457, in which `detail` is a sentence: the faults are `errors`, as in its §3. The type is a name, not a page. */
const problem = ({ status, type, message, detail }: ErrorBody): Written => ({
  contentType: 'application/problem+json',
  text: JSON.stringify({
    type: `${apiPath}/problems/${type}`,
    title: message,
    status,
    ...(detail === null ? {} : { errors: detail }),
  }),
})

/** The body in the form that the caller prefers (http-api.md §1.4). */
export const writeError = (body: ErrorBody, accept: string | undefined): Written =>
  prefersProblemJson(accept) ? problem(body) : usual(body)
