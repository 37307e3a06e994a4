import type { Client } from '#larder-client'
import { CommandError } from './command.ts'
import type { WebhookAccess } from './library-access.ts'

/** Returns the data of a reply. Throws a `CommandError` for a failure, with the text `missing` for a 404. */
type Call = <A>(reply: Promise<{ readonly data: A }>, missing?: string) => Promise<A>

const noWebhook = (uid: string): string => `there is no webhook with the uid ${uid}`
const noDelivery = (id: number): string => `there is no delivery with the uid ${id}`

/** The webhooks of a server. */
export const remoteWebhooks = (client: Client, call: Call): WebhookAccess => ({
  list: async () => (await call(client.listWebhooks())).items,
  add: (url, events) => call(client.addWebhook({ body: { url, ...(events !== null && { events }) } })),
  remove: async (uid) => {
    await call(client.removeWebhook({ path: { uid } }), noWebhook(uid))
  },
  rotate: (uid) => call(client.rotateWebhookSecret({ path: { uid } }), noWebhook(uid)),
  enable: (uid) => call(client.enableWebhook({ path: { uid } }), noWebhook(uid)),
  test: (uid) => call(client.testWebhook({ path: { uid } }), noWebhook(uid)),
  listDeliveries: async (uid, limit) =>
    (await call(client.listWebhookDeliveries({ path: { uid }, query: { limit } }), noWebhook(uid))).items,
  findDelivery: async (uid, id) => {
    // A page begins after its `after`, and ids descend.
    const query = { after: String(id + 1), limit: 1 }
    const { items } = await call(client.listWebhookDeliveries({ path: { uid }, query }), noWebhook(uid))
    const delivery = items.find((one) => one.id === id)
    if (delivery === undefined) throw new CommandError(noDelivery(id))
    return delivery
  },
  retryDelivery: (uid, id) =>
    call(client.retryWebhookDelivery({ path: { uid, id: String(id) } }), noDelivery(id)),
})
