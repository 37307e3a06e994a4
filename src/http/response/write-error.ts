import { apiPath } from '../../domain/access/public-urls.ts'
import type { Headers } from '../bytes/representation-headers.ts'
import { pageHeaders } from '../pages/page.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { prefersHtml, prefersProblemJson } from '../request/accept.ts'
import type { ParameterFault } from '../request/request-faults.ts'

/** The content of an error reply, before its format (JSON, problem or HTML) is negotiated. */
export type ErrorBody = {
  readonly _tag: 'ErrorBody'
  readonly status: number
  /** The error code (http-api.md §1.4). */
  readonly type: string
  readonly message: string
  /** The faults of a request that gets a 422, one entry for each; `null` for any other status. */
  readonly detail: ReadonlyArray<ParameterFault> | null
  /**
   * A fault of the caller's own token. The fault does not depend on the requested file, so clients may be
   * told about it.
   */
  readonly token: 'expired' | 'damaged' | null
}

type Written = { readonly headers: Headers; readonly text: string }

const defaultForm = ({ type, message, detail }: ErrorBody): Written => ({
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  text: JSON.stringify({ type, message, markdown: message, ...(detail === null ? {} : { detail }) }),
})

/**
 * Formats an RFC 9457 problem. In this format `detail` would be a sentence, so the faults are in the member
 * `errors` (§3). There is no page at the type URI.
 */
const problemForm = ({ status, type, message, detail }: ErrorBody): Written => ({
  headers: { 'Content-Type': 'application/problem+json' },
  text: JSON.stringify({
    type: `${apiPath}/problems/${type}`,
    title: message,
    status,
    ...(detail === null ? {} : { errors: detail }),
  }),
})

/** Formats the error as the caller prefers (http-api.md §1.4): HTML for browsers, otherwise JSON. */
export const writeError = (body: ErrorBody, accept: string | undefined): Written => {
  if (prefersHtml(accept)) return { headers: pageHeaders, text: refusalPage(body) }
  return prefersProblemJson(accept) ? problemForm(body) : defaultForm(body)
}
