import type { Command, CommandContext } from './command.ts'
import type { LibraryAccess } from './library-access.ts'
import { withLocalLibrary } from './local-library.ts'
import { withRemoteLibrary } from './remote-library.ts'
import { extractServerOption, serverWords } from './server-option.ts'

type LibraryContext = CommandContext & {
  /** Runs `work` with the library of this machine, or with that of the server that the arguments name. */
  readonly withLibrary: <A>(work: (library: LibraryAccess) => Promise<A>) => Promise<A>
}

type LibraryCommand = Omit<Command, 'needsLibrary' | 'run'> & {
  readonly run: (context: LibraryContext) => Promise<number>
}

/** Returns a command that works on the library of this machine or, with `--server`, on a server. */
export const libraryCommand = (command: LibraryCommand): Command => ({
  ...command,
  words: [...command.words, ...serverWords],
  needsLibrary: ({ args }) => extractServerOption(args).server === null,
  run: async (context) => {
    const { server, args } = extractServerOption(context.args)
    return command.run({
      ...context,
      args,
      withLibrary: (work) =>
        server === null ? withLocalLibrary(context.config, work) : withRemoteLibrary(server, work),
    })
  },
})
