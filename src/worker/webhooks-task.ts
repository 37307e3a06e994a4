import type { Larder } from '../composition/larder.ts'
import type { BackgroundTask } from '../domain/background/background-work.ts'
import { E } from '../fp.ts'

/** Creates the task that sends events to webhooks until the process stops. */
export const createWebhooksTask = ({ webhookSender }: Pick<Larder, 'webhookSender'>): BackgroundTask => ({
  name: 'webhooks',
  run: (context) => async () => {
    await webhookSender.run(context)
    return E.right('done')
  },
})
