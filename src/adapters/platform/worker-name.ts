import { hostname } from 'node:os'

/** Name of this process, with which administrators recognise it among the processes that share a database. */
export const workerName = `${hostname()}:${process.pid}`
