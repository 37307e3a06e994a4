import { parseArgs } from 'node:util'
import type { Larder } from '../composition/larder.ts'
import { WebhookUid } from '../domain/media/ids.ts'
import { rfc3339 } from '../domain/shared/rfc3339.ts'
import type { Webhook, WebhookDelivery, WebhookWithSecret } from '../domain/webhooks/webhook.ts'
import { WebhookEventList } from '../domain/webhooks/webhook-events.ts'
import { deliveryAsJson, webhookAsJson, webhookWithSecretAsJson } from '../domain/webhooks/webhook-json.ts'
import { WebhookUrl } from '../domain/webhooks/webhook-url.ts'
import { E } from '../fp.ts'
import { mediaEventTypes } from '../ports/event-log.ts'
import { alwaysNeedsLibrary, type Command, type CommandContext, CommandError, usageError } from './command.ts'
import { withServices } from './library.ts'
import { orThrowCommandError } from './or-throw-command-error.ts'

const usage =
  'webhooks [add URL [--events TYPES] | rm UID | rotate UID | enable UID | test UID | deliveries UID | retry UID ID]'

/** Number of deliveries that are listed: the newest. */
const maxListed = 50
/** How long a test waits for its result, in steps: the time of a try and a little more. */
const waitSteps = 60
const stepMs = 200

type Report = CommandContext['report']
type Services = Pick<Larder, 'webhookService' | 'sleep'>
/** An action on the words that follow its name. */
type Action = (services: Services, report: Report, words: ReadonlyArray<string>) => Promise<number>

const webhookLine = ({ uid, url, events, offReason, failingSince }: Webhook): string => {
  const failing = failingSince === null ? 'on' : `fails since ${rfc3339(failingSince)}`
  const state = offReason === null ? failing : `switched off: ${offReason}`
  return `${uid}  ${state}  ${url}  ${events === null ? 'all events' : events.join(',')}`
}

const deliveryLine = ({ id, type, media, state, tries, status, error }: WebhookDelivery): string =>
  [id, state, type, media, `${tries} tries`, status, error].filter((part) => part !== null).join('  ')

const showWebhook = (report: Report, webhook: Webhook): void =>
  report({ lines: [webhookLine(webhook)], json: webhookAsJson(webhook) })

const showSecret = (report: Report, { webhook, secret }: WebhookWithSecret): void =>
  report({
    lines: [webhookLine(webhook), `the secret, which is not shown again: ${secret}`],
    json: webhookWithSecretAsJson({ webhook, secret }),
  })

const showDelivery = (report: Report, delivery: WebhookDelivery): void =>
  report({ lines: [deliveryLine(delivery)], json: deliveryAsJson(delivery) })

const uidOf = (text: string | undefined): WebhookUid => {
  if (WebhookUid.is(text)) return text
  throw new CommandError(`${text ?? 'nothing'} is not the uid of a webhook`, 2)
}

/** Waits until a server has tried the delivery, for a little longer than a try may take. */
const waitForTry = async (
  { webhookService, sleep }: Services,
  webhook: WebhookUid,
  first: WebhookDelivery,
): Promise<WebhookDelivery> => {
  const never = new AbortController().signal
  let delivery = first
  for (let step = 0; step < waitSteps && delivery.state === 'waiting'; step += 1) {
    await sleep(stepMs, never)
    delivery = await orThrowCommandError(webhookService.findDelivery(webhook, first.id))
  }
  return delivery
}

const list: Action = async ({ webhookService }, report) => {
  for (const webhook of await orThrowCommandError(webhookService.list)) showWebhook(report, webhook)
  return 0
}

const actions: Readonly<Record<string, { readonly words: number; readonly run: Action }>> = {
  rm: {
    words: 1,
    run: async ({ webhookService }, report, [uid]) => {
      await orThrowCommandError(webhookService.remove(uidOf(uid)))
      report({ lines: [`${uid} is removed`], json: { uid, removed: true } })
      return 0
    },
  },
  rotate: {
    words: 1,
    run: async ({ webhookService }, report, [uid]) => {
      showSecret(report, await orThrowCommandError(webhookService.rotate(uidOf(uid))))
      return 0
    },
  },
  enable: {
    words: 1,
    run: async ({ webhookService }, report, [uid]) => {
      showWebhook(report, await orThrowCommandError(webhookService.enable(uidOf(uid))))
      return 0
    },
  },
  test: {
    words: 1,
    run: async (services, report, [uid]) => {
      const added = await orThrowCommandError(services.webhookService.test(uidOf(uid)))
      const delivery = await waitForTry(services, uidOf(uid), added)
      showDelivery(report, delivery)
      return delivery.state === 'delivered' ? 0 : 1
    },
  },
  deliveries: {
    words: 1,
    run: async ({ webhookService }, report, [uid]) => {
      const filter = { state: null }
      const listed = webhookService.listDeliveries(uidOf(uid), filter, maxListed, null)
      for (const delivery of await orThrowCommandError(listed)) showDelivery(report, delivery)
      return 0
    },
  },
  retry: {
    words: 2,
    run: async ({ webhookService }, report, [uid, id = '']) => {
      if (!/^[1-9]\d{0,14}$/.test(id)) throw new CommandError(`${id} is not the id of a delivery`, 2)
      showDelivery(report, await orThrowCommandError(webhookService.retryDelivery(uidOf(uid), Number(id))))
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
  return async ({ webhookService }, report) => {
    showSecret(report, await orThrowCommandError(webhookService.add({ url: decodedUrl.right, events })))
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
export const webhooksCommand: Command = {
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
  needsLibrary: alwaysNeedsLibrary,
  run: ({ config, args, report }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { events: { type: 'string' } },
      allowPositionals: true,
    })
    const action = actionOf(positionals, values.events)
    return withServices(config, async (larder) => {
      await orThrowCommandError(larder.database.migrate)
      const words = positionals.slice(1)
      return action(larder, report, words)
    })
  },
}
