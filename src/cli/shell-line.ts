/** Returns a command line for a POSIX shell, with quoted words. */
export const shellLine = (words: ReadonlyArray<string>): string => words.map(quoted).join(' ')

/** Returns the `sudo` command line that runs Larder as the owner of DATA_DIR. */
export const larderSudoCommand = (uid: number, dataDir: string, args: ReadonlyArray<string>): string =>
  shellLine(['sudo', '-u', `#${uid}`, 'env', `DATA_DIR=${dataDir}`, 'larder', ...args])

const quoted = (word: string): string =>
  /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
