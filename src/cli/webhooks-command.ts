import { parseArgs } from 'node:util'
import { WebhookUid } from '../domain/media/ids.ts'
import { WebhookEventList } from '../domain/webhooks/webhook-events.ts'
import { WebhookUrl } from '../domain/webhooks/webhook-url.ts'
import { E } from '../fp.ts'
import { mediaEventTypes } from '../ports/event-log.ts'
import { type Command, type CommandContext, CommandError, usageError } from './command.ts'
import type { LibraryAccess, Schemas } from './library-access.ts'
import { libraryCommand } from './library-command.ts'

const usage =
  'webhooks [add URL [--events TYPES] | rm UID | rotate UID | enable UID | test UID | deliveries UID | retry UID ID] [--server URL]'

/** Number of deliveries that are listed: the newest. */
const maxListed = 50
/** How long a test waits for its result, in steps: the time of a try and a little more. */
const waitSteps = 60
const stepMs = 200

type Report = CommandContext['report']
/** An action on the words that follow its name. */
type Action = (library: LibraryAccess, report: Report, words: ReadonlyArray<string>) => Promise<number>

const webhookLine = ({ uid, url, events, off_reason, failing_since }: Schemas['Webhook']): string => {
  const failing = failing_since === null ? 'on' : `fails since ${failing_since}`
  const state = off_reason === null ? failing : `switched off: ${off_reason}`
  return `${uid}  ${state}  ${url}  ${events === null ? 'all events' : events.join(',')}`
}

const deliveryLine = ({ id, type, media, state, tries, status, error }: Schemas['WebhookDelivery']): string =>
  [id, state, type, media, `${tries} ${tries === 1 ? 'try' : 'tries'}`, status, error]
    .filter((part) => part !== null)
    .join('  ')

const showWebhook = (report: Report, webhook: Schemas['Webhook']): void =>
  report({ lines: [webhookLine(webhook)], json: webhook })

const showSecret = (report: Report, webhook: Schemas['WebhookWithSecret']): void =>
  report({
    lines: [webhookLine(webhook), `the secret, which is not shown again: ${webhook.secret}`],
    json: webhook,
  })

const showDelivery = (report: Report, delivery: Schemas['WebhookDelivery']): void =>
  report({ lines: [deliveryLine(delivery)], json: delivery })

const uidOf = (text: string | undefined): WebhookUid => {
  if (WebhookUid.is(text)) return text
  throw new CommandError(`${text ?? 'nothing'} is not the uid of a webhook`, 2)
}

/** Waits until a server has tried the delivery, for a little longer than a try may take. */
const waitForTry = async (
  { webhooks, sleep }: LibraryAccess,
  webhook: string,
  first: Schemas['WebhookDelivery'],
): Promise<Schemas['WebhookDelivery']> => {
  let delivery = first
  for (let step = 0; step < waitSteps && delivery.state === 'waiting'; step += 1) {
    await sleep(stepMs)
    delivery = await webhooks.findDelivery(webhook, first.id)
  }
  return delivery
}

const list: Action = async ({ webhooks }, report) => {
  for (const webhook of await webhooks.list()) showWebhook(report, webhook)
  return 0
}

const actions: Readonly<Record<string, { readonly words: number; readonly run: Action }>> = {
  rm: {
    words: 1,
    run: async ({ webhooks }, report, [uid]) => {
      await webhooks.remove(uidOf(uid))
      report({ lines: [`${uid} is removed`], json: { uid, removed: true } })
      return 0
    },
  },
  rotate: {
    words: 1,
    run: async ({ webhooks }, report, [uid]) => {
      showSecret(report, await webhooks.rotate(uidOf(uid)))
      return 0
    },
  },
  enable: {
    words: 1,
    run: async ({ webhooks }, report, [uid]) => {
      showWebhook(report, await webhooks.enable(uidOf(uid)))
      return 0
    },
  },
  test: {
    words: 1,
    run: async (library, report, [uid]) => {
      const added = await library.webhooks.test(uidOf(uid))
      const delivery = await waitForTry(library, uidOf(uid), added)
      showDelivery(report, delivery)
      return delivery.state === 'delivered' ? 0 : 1
    },
  },
  deliveries: {
    words: 1,
    run: async ({ webhooks }, report, [uid]) => {
      const deliveries = await webhooks.listDeliveries(uidOf(uid), maxListed)
      for (const delivery of deliveries) showDelivery(report, delivery)
      return 0
    },
  },
  retry: {
    words: 2,
    run: async ({ webhooks }, report, [uid, id = '']) => {
      if (!/^[1-9]\d{0,14}$/.test(id)) throw new CommandError(`${id} is not the id of a delivery`, 2)
      showDelivery(report, await webhooks.retryDelivery(uidOf(uid), Number(id)))
      return 0
    },
  },
}

const addAction = (url: string, types: string | undefined): Action => {
  const decodedUrl = WebhookUrl.decode(url)
  const events = types === undefined ? null : types.split(',')
  if (E.isLeft(decodedUrl))
    throw new CommandError('the URL of a webhook is one of http or https, without user and password', 2)
  if (events !== null && !WebhookEventList.is(events))
    throw new CommandError(`--events is a list of ${mediaEventTypes.join(', ')}`, 2)
  return async ({ webhooks }, report) => {
    showSecret(report, await webhooks.add(decodedUrl.right, events))
    return 0
  }
}

const actionOf = (words: ReadonlyArray<string>, types: string | undefined): Action => {
  const [name, ...rest] = words
  if (name === 'add' && rest.length === 1) return addAction(rest[0] ?? '', types)
  const named = name !== undefined && Object.hasOwn(actions, name) ? actions[name] : undefined
  const action = name === undefined ? { words: 0, run: list } : named
  if (action?.words !== rest.length || types !== undefined) throw usageError(usage)
  return action.run
}

/** Lists webhooks, adds and removes them, and shows what became of their messages. */
export const webhooksCommand: Command = libraryCommand({
  usage,
  about: 'Lists the servers that are sent events; adds, tests and removes them.',
  words: [
    ['add URL', 'sends the events from now on to this URL, and prints the secret that signs them'],
    ['--events TYPES', `only these types, with commas: ${mediaEventTypes.join(', ')}`],
    ['rm UID', 'removes a webhook with everything that waits for it'],
    ['rotate UID', 'makes and prints a new secret; the one before signs, too, for a day'],
    ['enable UID', 'switches a webhook on that was switched off, because its server failed'],
    ['test UID', 'lets a running server send a test, and prints its result; exit code 1 if it failed'],
    ['deliveries UID', `lists the last ${maxListed} messages with their results`],
    ['retry UID ID', 'sends the message with this id again'],
  ],
  run: ({ args, report, withLibrary }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { events: { type: 'string' } },
      allowPositionals: true,
    })
    const action = actionOf(positionals, values.events)
    return withLibrary((library) => action(library, report, positionals.slice(1)))
  },
})
