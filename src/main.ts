#!/usr/bin/env node
import { actAsOwner } from './adapters/platform/act-as-owner.ts'
import { CloseError } from './adapters/platform/close-all.ts'
import { errnoOf } from './adapters/platform/errno.ts'
import { explainSystemError } from './adapters/platform/explain-system-error.ts'
import { addCommand } from './cli/add-command.ts'
import { adminCommand } from './cli/admin-command.ts'
import { checkCommand } from './cli/check-command.ts'
import { type Command, createOut, Failure, takeJson } from './cli/command.ts'
import { doctorCommand } from './cli/doctor-command.ts'
import { explainUsage } from './cli/explain-usage.ts'
import { helpOf, helpOfAll, helpWanted } from './cli/help.ts'
import { migrateCommand } from './cli/migrate-command.ts'
import { printWarningsWithoutText } from './cli/quiet-warnings.ts'
import { remakeCommand } from './cli/remake-command.ts'
import { serveCommand } from './cli/serve-command.ts'
import { larderAs } from './cli/shell-line.ts'
import { sweepCommand } from './cli/sweep-command.ts'
import { tokenCommand } from './cli/token-command.ts'
import { larderVersion } from './cli/version.ts'
import { describeMisspelt } from './config/misspelt-settings.ts'
import { BadSetting, loadConfig } from './config/settings.ts'
import { UserError } from './domain/shared/user-error.ts'
import { E } from './fp.ts'
import { printError, printErrorLine } from './terminal/print-error.ts'

const commands: Readonly<Record<string, Command>> = {
  serve: serveCommand,
  migrate: migrateCommand,
  add: addCommand,
  token: tokenCommand,
  admin: adminCommand,
  check: checkCommand,
  remake: remakeCommand,
  sweep: sweepCommand,
  doctor: doctorCommand,
}

const commandOf = (name: string): Command => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw new Failure(`there is no command ${name}; see: larder help`, 2)
  return command
}

const main = async (name: string | undefined, words: ReadonlyArray<string>): Promise<number> => {
  const { isJson, args } = takeJson(words)
  const write = (line: string) => {
    process.stdout.write(`${line}\n`)
  }
  const out = createOut(write, isJson)
  const fullHelp = helpOfAll(Object.values(commands))
  if (name === undefined) throw new Failure(fullHelp.split('\n'), 2)
  if (name === '--version') {
    out.report({ lines: [larderVersion()], json: { version: larderVersion() } })
    return 0
  }
  const helpTopic = helpWanted(name, args)
  if (helpTopic !== null) {
    const message = helpTopic === 'all' ? fullHelp : helpOf(commandOf(helpTopic))
    out.report({ lines: message.split('\n'), json: { message } })
    return 0
  }
  const command = commandOf(name)
  const config = loadConfig(process.env)
  if (E.isLeft(config)) throw new Failure(config.left.map((fault) => `bad setting: ${fault}`))
  for (const warning of describeMisspelt(process.env)) printError(warning)
  // All files are for the user of this process only, whatever the inherited umask is.
  process.umask(0o077)
  const context = { config: config.right, args }
  const { dataDir } = config.right
  if (command.needsLibrary(context)) actAsOwner(dataDir, (uid) => larderAs(uid, dataDir, [name, ...words]))
  return command.run({ ...context, ...out })
}

/** Returns the lines for an error that the user can correct; `null` for a bug. */
const explain = (error: unknown): Failure | null => {
  if (error instanceof Failure) return error
  if (error instanceof BadSetting) return new Failure(error.message)
  if (error instanceof UserError || error instanceof CloseError) return new Failure(error.message)
  const code = errnoOf(error)
  if (!(error instanceof Error) || code === undefined) return null
  if (code.startsWith('ERR_PARSE_ARGS')) return new Failure(explainUsage(error, name ?? ''), 2)
  const explained = explainSystemError(error)
  return explained === null ? null : new Failure(explained)
}

// If the reader of standard output closes the pipe, a running server continues.
process.stdout.on('error', () => {})
printWarningsWithoutText((text) => text.split('\n').forEach(printErrorLine))

const [name, ...args] = process.argv.slice(2)
try {
  // Everything is closed. Running exports would keep the process alive for minutes, so exit explicitly.
  process.exit(await main(name, args))
} catch (error) {
  const failure = explain(error)
  if (failure === null) throw error
  const prefix = failure.message.startsWith('usage:') ? '' : 'larder: '
  for (const line of failure.lines) printErrorLine(`${prefix}${line}`)
  process.exitCode = failure.exitCode
}
