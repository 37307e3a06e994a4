// Runs as its own process, which a test kills. Puts an object from an endless source into the object store in
// the given folder, and prints `writing` when 1 MB has been sent.
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'

async function* endless(): AsyncIterable<Uint8Array> {
  for (let chunk = 0; chunk < 100; chunk += 1) yield Buffer.alloc(10_000, 1)
  process.stdout.write('writing\n')
  await new Promise(() => setInterval(() => undefined, 1000))
}

const [dir = '', key = ''] = process.argv.slice(2)
const size = 10_000_000
const put = createFsObjectStore(dir, localProcessLiveness).put(key, {
  contentType: 'a/b',
  size,
  sha256: '',
  open: endless,
})
await put()
