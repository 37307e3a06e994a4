import * as t from 'io-ts'
import { withSchema } from '../shared/json-schema.ts'
import { isStorableText } from '../shared/storable-text.ts'
import { webhookLimits } from './webhook.ts'

const expectation = `should be a URL of http or https, of at most ${webhookLimits.urlCharacters} characters, without user, password and fragment`

/** Returns the URL in its normal form; `null` if it is none to which messages can be sent. */
const parseWebhookUrl = (text: string): string | null => {
  if (text.length > webhookLimits.urlCharacters || !isStorableText(text) || !URL.canParse(text)) return null
  const { href, protocol, username, password, hash } = new URL(text)
  const isPlain = username === '' && password === '' && hash === '' && !text.includes('#')
  const isShort = href.length <= webhookLimits.urlCharacters
  return isPlain && isShort && (protocol === 'https:' || protocol === 'http:') ? href : null
}

/** The URL of a receiver, in its normal form. */
export const WebhookUrl = withSchema(
  new t.Type<string, string, unknown>(
    'url',
    (u): u is string => typeof u === 'string' && parseWebhookUrl(u) !== null,
    (u, context) => {
      const url = typeof u === 'string' ? parseWebhookUrl(u) : null
      return url === null ? t.failure(u, context, expectation) : t.success(url)
    },
    t.identity,
  ),
  {
    type: 'string',
    format: 'uri',
    maxLength: webhookLimits.urlCharacters,
    description: 'Where messages are sent: http or https, without user, password and fragment.',
  },
)
