import { lookup } from 'node:dns/promises'
import type { ResolveName } from '../../ports/resolve-name.ts'

/** Resolves names as the operating system does, with its file of hosts. */
export const systemResolveName: ResolveName = async (name) => {
  const answers = await lookup(name, { all: true, verbatim: true })
  return answers.map(({ address }) => address)
}
