import type { ErrorBody } from '../response/error-body.ts'
import { escapeHtml, page } from './page.ts'

type Words = { readonly title: string; readonly text: string }

const askAgain = 'Ask the person who sent you the link for a new one.'

/** What a refused browser reads, by the word of the error (http-api.md §1.4, §13.6). */
const wordsOf: Readonly<Record<string, Words>> = {
  not_set: {
    title: 'A link is needed',
    text: 'What is here opens only with the whole link that was sent to you: the long part behind jwt= belongs to it.',
  },
  bad_format: {
    title: 'A link is needed',
    text: 'What is here opens only with a token, and the one that came with the request cannot be read.',
  },
  invalid: {
    title: 'This link does not open this',
    text: 'It may belong to something else, or there may be nothing here.',
  },
  not_found: {
    title: 'There is nothing here',
    text: 'The address may be mistyped, or what was here may be gone.',
  },
  method_not_allowed: {
    title: 'This cannot be done here',
    text: 'The address is right, but the way it was asked is not.',
  },
  unprocessable: {
    title: 'Something in this address does not fit',
    text: 'One of the values behind the question mark cannot be used:',
  },
  unavailable: {
    title: 'Not available at the moment',
    text: 'Something that Larder needs does not answer. Try again in a few seconds.',
  },
  overloaded: {
    title: 'Too busy at the moment',
    text: 'More is being asked for than can be answered. Try again in a few seconds.',
  },
  bad_origin: {
    title: 'The file cannot be read',
    text: 'What is stored is damaged or missing. The people who run this server can find out more in its log.',
  },
  internal: {
    title: 'Something is broken here',
    text: 'The fault is not yours. The people who run this server can find out more in its log.',
  },
}

/** What only the holder of a token learns about it; it says nothing about what exists. */
const wordsOfToken: Readonly<Record<NonNullable<ErrorBody['token']>, Words>> = {
  expired: {
    title: 'This link has expired',
    text: `Links to media are good for a limited time, and the time of this one is over. ${askAgain}`,
  },
  damaged: {
    title: 'This link is damaged',
    text: `A part of it is missing or was changed on the way, perhaps by a line break. Copy all of it, or ask for a new one.`,
  },
}

type Fault = { readonly loc?: ReadonlyArray<string>; readonly msg?: string }

const faultItem = (fault: unknown): string => {
  const { loc = [], msg = '' } = fault as Fault
  return `<li><code>${escapeHtml(loc.slice(1).join('.'))}</code> ${escapeHtml(msg)}</li>`
}

/** The page in words for an error of whatever kind. */
export const refusalPage = ({ type, token, message, status, detail }: ErrorBody): string => {
  const { title, text } =
    token === null
      ? (wordsOf[type] ?? { title: 'This cannot be answered', text: message })
      : wordsOfToken[token]
  const faults = detail === null ? '' : `\n<ul>${detail.map(faultItem).join('')}</ul>`
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>${faults}\n<small>Larder · ${status}</small>`,
    'short',
  )
}
