import * as t from 'io-ts'
import { MediaMetadata, MediaTitle } from '../../domain/library/media-change.ts'
import { type MediaKind, mediaKinds } from '../../domain/media/media-kind.ts'
import { refine } from '../../domain/shared/refine.ts'
import { type TicketChoice, ticketLimits } from '../../domain/upload/upload-ticket.ts'
import { closedObject } from './closed-object.ts'

const { maxCount, maxSeconds, maxOrigins } = ticketLimits

const wholeNumber = (name: string, max: number, unit: string) =>
  refine(
    name,
    (u): u is number => Number.isSafeInteger(u) && Number(u) >= 1 && Number(u) <= max,
    `should be a whole number${unit} from 1 to ${max}`,
    { type: 'integer', minimum: 1, maximum: max },
  )

const isSet = (u: unknown, min: number, max: number): u is ReadonlyArray<unknown> =>
  Array.isArray(u) && u.length >= min && u.length <= max && new Set(u).size === u.length

const isOrigin = (u: unknown): u is string =>
  typeof u === 'string' && /^https?:/.test(u) && URL.canParse(u) && new URL(u).origin === u

const Kinds = refine(
  'kinds',
  (u): u is ReadonlyArray<MediaKind> =>
    isSet(u, 1, mediaKinds.length) && u.every((kind) => mediaKinds.some((one) => one === kind)),
  `should be a list of different words of ${mediaKinds.join(', ')}`,
  {
    type: 'array',
    items: { type: 'string', enum: [...mediaKinds] },
    minItems: 1,
    maxItems: mediaKinds.length,
    uniqueItems: true,
  },
)

const Origins = refine(
  'origins',
  (u): u is ReadonlyArray<string> => isSet(u, 1, maxOrigins) && u.every(isOrigin),
  `should be a list of 1 to ${maxOrigins} different origins such as https://www.example.org`,
  {
    type: 'array',
    items: { type: 'string', format: 'uri' },
    minItems: 1,
    maxItems: maxOrigins,
    uniqueItems: true,
  },
)

/** What an admin chooses for a ticket, as JSON (http-api.md §11.4). */
export const NewTicketBody = closedObject(
  t.intersection(
    [
      t.type({ max_bytes: wholeNumber('bytes', Number.MAX_SAFE_INTEGER, ' of bytes'), kinds: Kinds }),
      t.partial({
        expires_in: wholeNumber('seconds', maxSeconds, ' of seconds'),
        count: wholeNumber('count', maxCount, ''),
        origins: Origins,
        title: MediaTitle,
        public: t.boolean,
        metadata: MediaMetadata,
        view: t.boolean,
      }),
    ],
    'NewUploadTicket',
  ),
)
type NewTicketBody = t.TypeOf<typeof NewTicketBody>

const defaultSeconds = 3600

export const toTicketChoice = (body: NewTicketBody): TicketChoice => ({
  maxBytes: body.max_bytes,
  kinds: body.kinds,
  expiresInSeconds: body.expires_in ?? defaultSeconds,
  count: body.count ?? 1,
  origins: body.origins ?? null,
  details: {
    title: body.title ?? null,
    isPublic: body.public ?? false,
    metadata: body.metadata ?? {},
  },
  mayView: body.view ?? false,
})
