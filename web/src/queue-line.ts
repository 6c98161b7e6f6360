import { wording } from './wording';
import type { Queue, Stage } from './wire';

/** The place in the queue and the wait, as a sentence; no wait is named where the service doesn't know one. */
export function queueLine({ position, wait_minutes_low: low, wait_minutes_high: high }: Queue): string {
  const place = wording.queuePlace(position);
  if (low === null || high === null) return `${place}。`;
  const least = Math.max(0, low);
  const most = Math.max(least, high);
  if (most <= 1) return `${place}，${wording.waitShort}。`;
  return `${place}，${least === most ? wording.waitOf(most) : wording.waitBetween(Math.max(1, least), most)}。`;
}

/** Where the conversation stands, as a sentence; empty where the program answers. */
export function stageLine({ stage, queue, agent, ticket, text }: Stage): string {
  if (stage === 'queued') return queue ? queueLine(queue) : text || wording.queued;
  if (stage === 'assigned') return agent ? wording.withAgent(agent.number) : text;
  if (stage === 'callback') return ticket ? wording.leftTicket(ticket) : text;
  return '';
}
