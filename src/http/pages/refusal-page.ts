import type { ParameterFault } from '../request/request-faults.ts'
import type { ErrorBody } from '../response/write-error.ts'
import { escapeHtml, renderPage } from './page.ts'

type PageText = { readonly title: string; readonly text: string }

const askAgain = 'Ask the person who sent you the link for a new one.'

/** Page texts by error code (http-api.md §1.4, §13.6). */
const textsByCode: Readonly<Record<string, PageText>> = {
  not_set: {
    title: 'A link is needed',
    text: 'This page opens only with the complete link that you got, including the long part that follows jwt= in it.',
  },
  bad_format: {
    title: 'A link is needed',
    text: 'This page opens only with a token, and the token in the request cannot be read.',
  },
  invalid: {
    title: 'This link does not open this page',
    text: 'It may be a link to something else, or there may be nothing here.',
  },
  not_found: {
    title: 'There is nothing here',
    text: 'The address may be mistyped, or the file may have been deleted.',
  },
  method_not_allowed: {
    title: 'This cannot be done here',
    text: 'The address exists, but it does not support this request method.',
  },
  unprocessable: {
    title: 'This address has an invalid value',
    text: 'One of the values after the question mark is invalid:',
  },
  unavailable: {
    title: 'Not available at the moment',
    text: 'A service that Larder depends on does not respond. Try again in a few seconds.',
  },
  overloaded: {
    title: 'Too busy at the moment',
    text: 'The server has too many requests. Try again in a few seconds.',
  },
  bad_origin: {
    title: 'The file cannot be read',
    text: 'The stored file is damaged or missing. The operators of this server can find details in its log.',
  },
  internal: {
    title: 'Something is broken here',
    text: 'This is not your fault. The operators of this server can find details in its log.',
  },
}

/** Page texts for faults of the caller's own token. The texts reveal nothing about which files exist. */
const tokenTexts: Readonly<Record<NonNullable<ErrorBody['token']>, PageText>> = {
  expired: {
    title: 'This link has expired',
    text: `Links to media are valid for a limited time, and this link is no longer valid. ${askAgain}`,
  },
  damaged: {
    title: 'This link is damaged',
    text: `Part of it is missing or changed, perhaps by a line break. Copy the whole link, or ask for a new one.`,
  },
}

const faultItem = ({ loc, msg }: ParameterFault): string =>
  `<li><code>${escapeHtml(loc.slice(1).join('.'))}</code> ${escapeHtml(msg)}</li>`

/** Returns the page that explains an error to a person. */
export const refusalPage = ({ type, token, message, status, detail }: ErrorBody): string => {
  const { title, text } =
    token === null
      ? (textsByCode[type] ?? { title: 'This cannot be answered', text: message })
      : tokenTexts[token]
  const faults = detail === null ? '' : `\n<ul>${detail.map(faultItem).join('')}</ul>`
  return renderPage(
    title,
    `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>${faults}\n<small>Larder · ${status}</small>`,
    'short',
  )
}
