import { createFsLocalFiles } from '../../src/adapters/fs/fs-local-files.ts'
import { createProcessBeacon, noBeacon } from '../../src/adapters/platform/process-beacon.ts'
import { TE } from '../../src/fp.ts'

// Forked by a test: takes a scratch folder of the directory it is given, says which, and never lets go of it. A second
// argument is the folder of beacons.
process.on('disconnect', () => process.exit()) // which also keeps it running until then

const [dir = '', beacons] = process.argv.slice(2)
const files = await createFsLocalFiles(dir, beacons === undefined ? noBeacon : createProcessBeacon(beacons))
await files.withScratch((folder) => {
  process.send?.(folder)
  return TE.fromTask(() => new Promise<never>(() => {}))
})()
