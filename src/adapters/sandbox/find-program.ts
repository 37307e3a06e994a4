import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Finds a program in PATH. Returns `null` if there is none. */
export const findProgram = (name: string): string | null => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
