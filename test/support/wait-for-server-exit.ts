import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

/** Waits until the embedded server in `dir` has shut down. Its processes hold this lock until then. */
export const waitForServerExit = async (dir: string): Promise<void> => {
  await promisify(execFile)('flock', ['--wait', '20', path.join(dir, 'lock'), 'true'])
}
