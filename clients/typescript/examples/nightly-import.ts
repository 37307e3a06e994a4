import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, LarderError, startUpload, waitForUpload } from 'larder-client'

const larder = createClient({
  baseUrl: process.env.LARDER_URL ?? 'http://127.0.0.1:8080',
  token: process.env.LARDER_TOKEN ?? '',
})

// A file that the library has already keeps its uid, so the import may run every night over the same folder.
const folder = process.argv[2] ?? '.'
for (const entry of await readdir(folder, { withFileTypes: true })) {
  if (!entry.isFile()) continue
  try {
    const source = createReadStream(join(folder, entry.name))
    const { received } = startUpload(larder, { source, fileName: entry.name })
    const { uid } = await waitForUpload(larder, { upload: await received, until: 'in_library' })
    console.log(`${entry.name} ${uid}`)
  } catch (error) {
    if (!(error instanceof LarderError)) throw error
    console.error(`${entry.name}: ${error.type}: ${error.message}`)
    process.exitCode = 1
  }
}
