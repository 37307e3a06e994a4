import { readFile } from 'node:fs/promises'
import { createClient } from 'larder-client'

const larder = createClient({
  baseUrl: process.env.LARDER_URL ?? 'http://127.0.0.1:8080',
  token: process.env.LARDER_TOKEN ?? '',
})

// A file with one uid a line. The files go to the trash, and can be restored for a week.
const lines = (await readFile(process.argv[2] ?? 'uids.txt', 'utf8')).split('\n')
const uids = [...new Set(lines.map((line) => line.trim()).filter((line) => line !== ''))]
for (let start = 0; start < uids.length; start += 1000) {
  const { data } = await larder.changeMediaBatch({
    body: { uids: uids.slice(start, start + 1000), delete: true },
  })
  for (const { uid, status } of data.results) console.log(`${uid} ${status === 202 ? 'deleted' : status}`)
}
