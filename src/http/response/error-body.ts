import { apiPath } from '../../domain/access/public-urls.ts'
import { prefersHtml, prefersProblemJson } from '../bytes/accept.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { pageHeaders } from '../pages/page.ts'
import { refusalPage } from '../pages/refusal-page.ts'

/** An error before its form is chosen. */
export type ErrorBody = {
  readonly _tag: 'ErrorBody'
  readonly status: number
  /** One word, http-api.md §1.4. */
  readonly type: string
  readonly message: string
  /** One entry a fault, of a 422. */
  readonly detail: ReadonlyArray<unknown> | null
  /** What the caller may know about its own token, which is the same whatever the token was used for. */
  readonly token: 'expired' | 'damaged' | null
}

type Written = { readonly headers: Headers; readonly text: string }

const usual = ({ type, message, detail }: ErrorBody): Written => ({
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  text: JSON.stringify({ type, message, markdown: message, ...(detail === null ? {} : { detail }) }),
})

/** RFC 9457, in which `detail` is a sentence: the faults are `errors`, as in its §3. The type is a name, not a page. */
const problem = ({ status, type, message, detail }: ErrorBody): Written => ({
  headers: { 'Content-Type': 'application/problem+json' },
  text: JSON.stringify({
    type: `${apiPath}/problems/${type}`,
    title: message,
    status,
    ...(detail === null ? {} : { errors: detail }),
  }),
})

/** The body in the form that the caller prefers (http-api.md §1.4): a page for browsers, JSON for all others. */
export const writeError = (body: ErrorBody, accept: string | undefined): Written => {
  if (prefersHtml(accept)) return { headers: pageHeaders, text: refusalPage(body) }
  return prefersProblemJson(accept) ? problem(body) : usual(body)
}
