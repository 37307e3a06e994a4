import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'

// Arguments: origin of a server, authorization, number of bytes of an upload. The last byte is never sent, so that no
// upload is finished; then the upload is deleted, and the next one begins.

const [origin = '', authorization = '', size = ''] = process.argv.slice(2)
const piece = Buffer.alloc(256 * 1024, 7)
const headers = { authorization, 'Tus-Resumable': '1.0.0' }

let isOver = false
let bytes = 0
let usedAtStart = process.cpuUsage()
let active: { readonly url: string; readonly patch: ClientRequest } | undefined

const discard = async (url: string): Promise<void> => {
  await fetch(url, { method: 'DELETE', headers })
}

const upload = async (): Promise<void> => {
  const begun = await fetch(`${origin}/api/1/uploads/tus`, {
    method: 'POST',
    headers: { ...headers, 'Upload-Length': String(Number(size) + 1) },
  })
  if (begun.status !== 201)
    throw new Error(`the server refuses an upload: ${begun.status} ${await begun.text()}`)
  const url = `${origin}${begun.headers.get('location')}`
  const type = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': '0' }
  const patch = request(url, { method: 'PATCH', headers: { ...headers, ...type, 'Content-Length': size } })
  active = { url, patch }
  const answered = once(patch, 'response')
  answered.catch(() => undefined)
  for (let sent = 0; sent < Number(size) && !isOver; sent += piece.length) {
    if (!patch.write(piece.subarray(0, Number(size) - sent))) await once(patch, 'drain')
    bytes += Math.min(piece.length, Number(size) - sent)
    if (process.send !== undefined && bytes === piece.length) {
      usedAtStart = process.cpuUsage()
      process.send('works')
    }
  }
  if (isOver) return
  patch.end()
  const [reply] = await answered
  reply.resume()
  if (reply.statusCode !== 204) throw new Error(`the server refuses bytes: ${reply.statusCode}`)
  active = undefined
  await discard(url)
}

process.once('disconnect', () => process.exit())
process.once('message', async () => {
  isOver = true
  const { user, system } = process.cpuUsage(usedAtStart)
  const done = { bytes, cpuSeconds: (user + system) / 1e6 }
  active?.patch.on('error', () => undefined)
  active?.patch.destroy()
  if (active !== undefined) await discard(active.url)
  process.send?.(done, () => process.exit())
})
while (!isOver)
  await upload().catch((error) => {
    if (!isOver) throw error
  })
