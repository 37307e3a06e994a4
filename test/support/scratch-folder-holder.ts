import { createFsLocalFiles } from '../../src/adapters/fs/fs-local-files.ts'
import { createProcessLiveness, localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import { TE } from '../../src/fp.ts'

// A test forks this process, which takes a scratch folder in the given directory, sends the folder's path,
// and never releases it. The second argument is the folder of beacons.
process.on('disconnect', () => process.exit()) // This listener also keeps the process alive.

const [dir = '', beacons] = process.argv.slice(2)
const files = await createFsLocalFiles(
  dir,
  beacons === undefined ? localProcessLiveness : createProcessLiveness(beacons),
)
await files.withScratch((folder) => {
  process.send?.(folder)
  return TE.fromTask(() => new Promise<never>(() => {}))
})()
