import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'

type Message = { readonly type: string; readonly data: { readonly uid?: string; readonly state?: string } }

// The secret is shown once, by `larder webhooks add URL`, or `addWebhook` of the client.
const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? '')

createServer(async (request, response) => {
  let message: Message
  try {
    // The signature is one of the bytes as they came: do not parse them before.
    message = webhook.verify(await buffer(request), request.headers as Record<string, string>) as Message
  } catch {
    return response.writeHead(401).end()
  }
  // A message may come twice, with the same `webhook-id`. Long work is done after the answer, which has 10 seconds.
  console.log(message.type, message.data.uid, message.data.state)
  return response.writeHead(204).end()
}).listen(process.env.PORT ?? 3000)
