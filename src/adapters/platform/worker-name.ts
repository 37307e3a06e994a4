import { hostname } from 'node:os'
import type { SenderName } from '../../ports/webhook-deliveries.ts'

/** Name of this process, with which administrators recognise it among the processes that share a database. */
export const workerName = `${hostname()}:${process.pid}`

/** Name of this process among those of its machine that could send to webhooks. */
export const senderName: SenderName = { machine: hostname(), process: workerName }
