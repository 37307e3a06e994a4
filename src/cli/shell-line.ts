/** A command for a person to type: each word as a POSIX shell must read it. */
export const shellLine = (words: ReadonlyArray<string>): string => words.map(quoted).join(' ')

/** The command line of this Larder, to be run as the user who owns DATA_DIR. */
export const larderAs = (uid: number, dataDir: string, args: ReadonlyArray<string>): string =>
  shellLine(['sudo', '-u', `#${uid}`, 'env', `DATA_DIR=${dataDir}`, 'larder', ...args])

const quoted = (word: string): string =>
  /^[\w./:=@,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
