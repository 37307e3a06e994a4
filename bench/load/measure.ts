import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { E } from '../../src/fp.ts'
import { Answer, type Load } from './load.ts'

const GENERATOR = fileURLToPath(new URL('generator.ts', import.meta.url))

/** Puts the load on from a new process, so that no measurement inherits anything of the one before. */
export const measure = async (load: Load): Promise<Answer> => {
  const generator = fork(GENERATOR, { execArgv: ['--import', 'tsx'] })
  const exited = once(generator, 'exit')
  const answer = once(generator, 'message')
  generator.send(load)
  const came = await Promise.race([answer, exited.then(() => undefined)])
  await exited
  const answered = Answer.decode(came?.[0])
  if (E.isLeft(answered)) throw new Error(`the load generator gave no figures for ${load.host}:${load.port}`)
  return answered.right
}
