import { createFsLocalFiles } from '../../src/adapters/fs/fs-local-files.ts'
import { TE } from '../../src/fp.ts'

// Forked by a test: takes a scratch folder of the directory it is given, says which, and never lets go of it.
process.on('disconnect', () => process.exit()) // which also keeps it running until then

const files = await createFsLocalFiles(process.argv[2] ?? '')
await files.withScratch((folder) => {
  process.send?.(folder)
  return TE.fromTask(() => new Promise<never>(() => {}))
})()
