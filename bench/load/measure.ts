import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { E } from '../../src/fp.ts'
import { Answer, type Load } from './load.ts'

const GENERATOR = fileURLToPath(new URL('generator.ts', import.meta.url))

/** Runs a load in a new process, so that an earlier measurement does not affect it. */
export const measure = async (load: Load): Promise<Answer> => {
  const generator = fork(GENERATOR, { execArgv: ['--import', 'tsx'] })
  const exited = once(generator, 'exit')
  const answer = once(generator, 'message')
  generator.send(load)
  const received = await Promise.race([answer, exited.then(() => undefined)])
  await exited
  const decoded = Answer.decode(received?.[0])
  if (E.isLeft(decoded)) throw new Error(`the load generator gave no figures for ${load.host}:${load.port}`)
  return decoded.right
}
