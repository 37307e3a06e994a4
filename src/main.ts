#!/usr/bin/env node
import { addCommand } from './cli/add-command.ts'
import { adminCommand } from './cli/admin-command.ts'
import { type Command, Failure } from './cli/command.ts'
import { doctorCommand } from './cli/doctor-command.ts'
import { migrateCommand } from './cli/migrate-command.ts'
import { serveCommand } from './cli/serve-command.ts'
import { tokenCommand } from './cli/token-command.ts'
import { loadConfig } from './config.ts'
import { E } from './fp.ts'

const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  migrate: migrateCommand,
  add: addCommand,
  token: tokenCommand,
  admin: adminCommand,
  doctor: doctorCommand,
}

const usage = (): string =>
  ['usage:', ...Object.values(commands).map((command) => `  larder ${command.usage}`)].join('\n')

const main = async (name: string | undefined, args: ReadonlyArray<string>): Promise<number> => {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  if (name === 'help' || name === '--help') {
    print(usage())
    return 0
  }
  const command = Object.hasOwn(commands, name ?? '') ? commands[name ?? ''] : undefined
  if (command === undefined) throw new Failure(usage(), 2)
  const config = loadConfig(process.env)
  if (E.isLeft(config)) throw new Failure(config.left.map((fault) => `bad setting: ${fault}`).join('\n'))
  return command.run({ config: config.right, args, print })
}

const isBadArgument = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')

// Whoever read our lines may go: a server that serves does not end for it.
process.stdout.on('error', () => {})

const [name, ...args] = process.argv.slice(2)
try {
  process.exitCode = await main(name, args)
} catch (error) {
  if (!(error instanceof Failure) && !isBadArgument(error)) throw error
  const prefix = error.message.startsWith('usage:') ? '' : 'larder: '
  for (const line of error.message.split('\n')) process.stderr.write(`${prefix}${line}\n`)
  process.exitCode = error instanceof Failure ? error.exitCode : 2
}
// An encoder under way would keep the process alive to its end. It dies with us, and the next start begins anew.
process.exit()
