import { findProgram } from '../../src/adapters/sandbox/find-program.ts'

/**
 * Whether an external program is installed. Tests that compare with it are skipped where it is not: the suite
 * needs only Node. `.ci/run` installs all of them.
 */
export const isInstalled = (program: string): boolean => findProgram(program) !== null
