import type { OutboxMessage } from "./RunStore.ts"

/** A message that is written at `at`, as the table `outbox` holds it. */
export const toOutboxRow = ({ channel, event, id, job, notBefore, payload }: OutboxMessage, at: number) => ({
  outbox_id: id,
  channel,
  job,
  event,
  payload_json: JSON.stringify(payload),
  created_at: at,
  not_before: notBefore
})
