/** A sentence of a call, as the telephone system sends it. */
export interface Said {
  call: string;
  seq: number;
  speaker: 'caller' | 'agent';
  text: string;
}

/** As many as the page shows. */
const MOST = 200;

/** What the telephone system tells of the call one has; kept while another page is looked at. */
export class CallFeed {
  /** The telephone system's name for the call; empty before the first. */
  call = '';
  private known = new Set<number>();
  private list: Said[] = [];
  /** How many came, all calls together. */
  count = 0;

  /** Takes in what the line tells; a line that was opened anew tells all of the call again. */
  take({ call, seq, speaker, text }: Record<string, unknown>): boolean {
    if (typeof call !== 'string' || typeof seq !== 'number' || typeof text !== 'string') return false;
    if (call !== this.call) {
      this.call = call;
      this.known = new Set();
      this.list = [];
    }
    if (this.known.has(seq)) return false;
    this.known.add(seq);
    this.list = [...this.list, { call, seq, speaker: speaker === 'agent' ? 'agent' : 'caller', text } as const].slice(-MOST);
    this.count++;
    return true;
  }

  /** What came in this call after so many of all. */
  since(count: number): readonly Said[] {
    return this.list.slice(Math.max(0, this.list.length - (this.count - count)));
  }

  /** The call is done with: its words go. What is told again of it is still known. */
  clear() {
    this.list = [];
  }
}
