// A stand-in for the desk's half of the service while pages are being made: it keeps everything in memory, serves
// web/dist under the real policy, and asks a real service (UPSTREAM) for what the program itself answers.
//   UPSTREAM=http://127.0.0.1:8080 PORT=18190 node tests/mock-desk.mjs
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const upstream = process.env.UPSTREAM ?? 'http://127.0.0.1:18080';
const port = Number(process.env.PORT ?? 18190);
const dist = process.env.DIST ?? new URL('../dist/', import.meta.url).pathname;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const id = (n = 8) => randomBytes(n).toString('hex').toUpperCase();
const now = () => new Date().toISOString();

const PERMISSIONS = {
  agent: ['desk.read', 'desk.claim', 'canned.write', 'proposals.make'],
  editor: ['canned.write', 'proposals.make', 'proposals.decide', 'work_items.read', 'work_items.settle'],
  supervisor: ['desk.read', 'desk.claim', 'desk.supervise', 'canned.write', 'proposals.make', 'work_items.read', 'work_items.settle', 'stats.read'],
  analyst: ['stats.read', 'work_items.read'],
  auditor: ['audit.read'],
  admin: ['accounts.manage', 'outbox.manage'],
};
const account = (login, name, number, roles, groups = ['public']) => ({
  id: `A${number}`, login, name, number, roles, groups, regions: ['150700'], skills: ['户籍'], cap: 3,
  disabled: false, locked_until: null, created_at: now(), last_seen_at: now(), password: 'correct horse',
});
const accounts = [
  account('wang', '王芳', '0123', ['agent']),
  account('li', '李强', '0456', ['agent']),
  account('boss', '班长', '0001', ['supervisor', 'editor', 'auditor', 'admin']),
];
const shown = ({ password, ...rest }) => rest;
const groups = [{ id: 'public', name: '公安户籍组' }, { id: 'hrss', name: '人社组' }];
const sessions = new Map();
const presence = new Map();
const talks = new Map();
const sockets = new Set();
const tickets = new Map();
const events = [];
let deskSeq = 0;
let spread = 0;
const forAll = { region: null, region_name: null, group: null, group_name: null };
const canned = [
  { id: 'C1', title: '问候', text: '您好，我是 {{工号}} 号客服。您要办的是《{{事项}}》，对吗？', ...forAll, owner: '0001', mine: false },
  { id: 'C2', title: '请稍等', text: '请稍等，我查一下{{地区}}的规定。', ...forAll, owner: '0123', mine: true },
  { id: 'C3', title: '窗口电话', text: '窗口电话：{{电话}}', ...forAll, owner: '0001', mine: false },
];
const audit = Array.from({ length: 6 }, (_, at) => ({
  seq: at + 1, at: now(), actor: ['0001', '0123'][at % 2], action: ['account.created', 'case.claimed', 'case.closed'][at % 3], subject: `A0${at}`, detail: '', hash: id(16),
}));
const workItems = [
  { id: 'W1', kind: 'bad_rating', about: 'service', conversation: '01X', seq: null, item_code: null, stars: 1, reasons: ['慢'], text: '等了很久', due_on: '2026-12-17', opened_at: now(), done_at: null, done_by: null, outcome: null },
];
const proposals = [
  { id: 'P1', question: '娃娃上户口咋整', item: { code: 'N1', name: '出生登记' }, business_item: null, by: '0123', at: now(), state: 'open', decided_by: null, decided_at: null },
];

class Problem extends Error {
  constructor(status, type, detail, extra = {}) {
    super(detail);
    Object.assign(this, { status, type, detail, extra });
  }
}

async function ask(path, init = {}) {
  const response = await fetch(upstream + path, init);
  return { status: response.status, type: response.headers.get('content-type') ?? '', body: Buffer.from(await response.arrayBuffer()) };
}
async function askJson(path, init) {
  const { status, body } = await ask(path, init);
  const value = JSON.parse(body.toString() || 'null');
  if (status >= 400) throw Object.assign(new Problem(status, value.type, value.detail), { extra: value });
  return value;
}
const json = (body, token) => ({
  method: 'POST', body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
});

// ---- conversations -------------------------------------------------------------------------------------------------
function say(talk, message) {
  const whole = { seq: ++talk.seq, at: now(), text: null, reply: null, event: null, ...message };
  talk.messages.push(whole);
  tell(talk, whole.event ?? 'message.created', { type: whole.event ?? 'message.created', seq: whole.seq, ts: whole.at, conversation: talk.id, message: whole }, whole.seq);
  if (talk.stage !== 'bot' || talk.log.length > 0) emit('message.created', { conversation: talk.id, message: whole, row: row(talk) });
  return whole;
}
function tell(talk, event, data, seq) {
  for (const out of talk.ears) out.write(`${seq ? `id: ${seq}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
const queued = () => [...talks.values()].filter((talk) => talk.stage === 'queued').sort((a, b) => a.since.localeCompare(b.since));
function stageOf(talk) {
  const position = queued().indexOf(talk) + 1;
  return {
    stage: talk.stage,
    queue: position > 0 ? { position, wait_minutes_low: position * 1, wait_minutes_high: position * 4, since: talk.since } : null,
    agent: talk.stage === 'assigned' ? { number: talk.agent.number } : null,
    ticket: talk.ticket ?? null,
    text: '',
  };
}
function moved() {
  for (const talk of queued()) tell(talk, 'queue.updated', stageOf(talk));
}
function row(talk) {
  const last = talk.messages[talk.messages.length - 1];
  return {
    id: talk.id, stage: talk.stage, group: talk.group, group_name: groups.find((one) => one.id === talk.group)?.name ?? '', region: talk.region,
    item: talk.item, why: talk.why, why_text: { asked: '群众要求人工', misses: '两次没有答上', complaint: '投诉' }[talk.why] ?? talk.why,
    alias: `来访者 ${talk.id.slice(-4)}`, waiting_since: talk.stage === 'queued' ? talk.since : null, claimed_at: talk.claimedAt ?? null,
    agent: talk.stage === 'assigned' || talk.stage === 'closed' ? (talk.agent ? { id: talk.agent.id, number: talk.agent.number } : null) : null, ticket: talk.ticket ?? null,
    last: last ? { seq: last.seq, kind: last.kind, text: last.text ?? last.reply?.say?.[0] ?? '', at: last.at } : null,
    unread: 0, skills: talk.skills ?? [], closed: talk.closed ?? null, outcome: talk.outcome ?? null,
  };
}
function change(talk, what, who) {
  talk.log.push({ at: now(), what, who });
  emit('case.changed', { row: row(talk), what });
  moved();
}
function handOver(talk, why) {
  Object.assign(talk, { stage: 'queued', since: now(), why });
  say(talk, { kind: 'event', event: 'handoff.requested', text: '已请求人工客服。' });
  change(talk, 'queued', '群众');
}
function desk(state = process.env.DESK ?? mode) {
  const seats = [...presence.values()].filter((one) => one.state === 'online').length;
  const known = state || (seats > 0 ? 'open' : 'unstaffed');
  const text = { open: `人工在线，${seats} 个席位`, busy: '人工客服都在忙，可以排队或留言', unstaffed: '现在没有人工客服在线，可以留言或拨打 12345', closed: '人工服务时间已过，下次是 11 月 27 日（星期五）上午 9:00' }[known];
  return { state: known, text, seats_online: seats, waiting: queued().length, until: null, next_opening: null, next_opening_text: null };
}
let mode = '';
let deadUntil = 0;

async function conversations(method, path, body, headers, url, response) {
  if (method === 'POST' && path.length === 0) {
    const begun = await askJson('/api/v1/conversations', json(body));
    const talk = {
      id: begun.id, token: begun.token, up: 0, seq: 0, messages: [], ears: new Set(), stage: 'bot', region: begun.region, item: null,
      group: 'public', why: 'asked', log: [], notes: [], names: new Map(), ratings: [],
    };
    talks.set(talk.id, talk);
    for (const message of begun.messages) say(talk, { ...message, seq: undefined, ...{ seq: talk.seq + 1 } });
    talk.seq = talk.messages.length;
    return [201, { ...begun, messages: talk.messages }];
  }
  const talk = talks.get(path[0]);
  if (!talk) throw new Problem(404, '/problems/no-such-conversation', '没有这个会话');
  if (headers.authorization !== `Bearer ${talk.token}`) throw new Problem(401, '/problems/no-token', '没有凭证');
  const what = path[1] ?? '';
  if (method === 'GET' && !what) {
    const after = Number(url.searchParams.get('after') ?? 0);
    return [200, { id: talk.id, closed: talk.closed ?? null, region: talk.region, messages: talk.messages.filter((one) => one.seq > after), later_url: null, stage: stageOf(talk) }];
  }
  if (what === 'stage') return [200, stageOf(talk)];
  if (what === 'events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    response.write('retry: 3000\n: ka\n\n');
    const after = Number(headers['last-event-id'] ?? 0);
    for (const one of talk.messages.filter(({ seq }) => seq > after)) {
      response.write(`id: ${one.seq}\nevent: ${one.event ?? 'message.created'}\ndata: ${JSON.stringify({ seq: one.seq, message: one })}\n\n`);
    }
    talk.ears.add(response);
    const ka = setInterval(() => response.write(': ka\n\n'), 15_000);
    response.on('close', () => (talk.ears.delete(response), clearInterval(ka)));
    return null;
  }
  if (what === 'handoff' && method === 'POST') {
    handOver(talk, body.why ?? 'asked');
    return [202, stageOf(talk)];
  }
  if (what === 'handoff') {
    talk.stage = 'bot';
    say(talk, { kind: 'event', event: 'handoff.given_back', text: '已取消排队，帮办助手继续回答。' });
    change(talk, 'given_back', '群众');
    return [200, stageOf(talk)];
  }
  if (what === 'message-left') {
    Object.assign(talk, { stage: 'callback', ticket: `L${Date.now() % 1e6}`, left: body });
    say(talk, { kind: 'citizen', text: body.text });
    say(talk, { kind: 'event', event: 'message.left', text: `留言已收到，编号 ${talk.ticket}。` });
    change(talk, 'message_left', '群众');
    return [201, { ticket: talk.ticket, promise: '1 个工作日内答复。' }];
  }
  if (what === 'close') {
    Object.assign(talk, { stage: 'closed', closed: body.reason ?? 'left', outcome: body.reason ?? null });
    say(talk, { kind: 'event', event: 'conversation.closed', text: '这次对话已结束。' });
    change(talk, 'closed', '群众');
    return [204];
  }
  if (what === 'rating') {
    talk.ratings = [...talk.ratings.filter((one) => one.about !== body.about || one.seq !== body.seq), body];
    return [200, body];
  }
  if (what === 'apply') return [201, { url: `https://zwfw.nmg.gov.cn/?item=${body.item_code}&bangban_ticket=v1.mock`, expires_at: now() }];
  if (what === 'transcript') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(talk.messages.map((one) => `${one.kind}：${one.text ?? one.reply?.say?.join('')}`).join('\n'));
    return null;
  }
  if (what === 'messages') {
    if (talk.closed) throw new Problem(409, '/problems/closed', '会话已结束');
    if (talk.names.has(body.client_msg_id)) return [201, { messages: talk.names.get(body.client_msg_id) }];
    let messages;
    if (talk.stage !== 'bot') messages = [say(talk, { kind: 'citizen', text: body.text ?? body.press })];
    else {
      const human = body.press === 'human' || /转人工|^人工$/.test(body.text ?? '');
      const answered = await askJson(`/api/v1/conversations/${talk.id}/messages`, json({ ...body, client_msg_id: id() }, talk.token));
      const open = desk();
      messages = answered.messages.map((one) => {
        const { seq, ...rest } = one;
        if (human && rest.reply) {
          const ready = open.state === 'open' || open.state === 'busy';
          rest.reply = { ...rest.reply, say: [ready ? '正在为您转人工。' : open.text], offers: [], ask: null };
          if (!ready) rest.reply.desk = open;
        }
        return say(talk, rest);
      });
      const reply = messages[messages.length - 1]?.reply;
      if (reply?.region) talk.region = reply.region;
      if (reply?.card) talk.item = { code: reply.card.item, name: reply.card.name, confidence: 0.86 };
      if (human && !reply.desk) {
        handOver(talk, 'asked');
        reply.stage = stageOf(talk);
      }
    }
    talk.names.set(body.client_msg_id, messages);
    return [201, { messages }];
  }
  throw new Problem(404, '/problems/no-such-path', '没有这个地址');
}

// ---- the desk ------------------------------------------------------------------------------------------------------
function emit(type, data, numbered = true) {
  const event = { v: 1, type, ts: now(), data, ...(numbered ? { seq: ++deskSeq } : {}) };
  if (numbered) events.push(event);
  for (const socket of sockets) if (socket.ready) send(socket, event);
}
setInterval(() => {
  const waiting = queued();
  if (waiting.length > 0) emit('alarm', { waiting: waiting.length, longest_wait_seconds: Math.round((Date.now() - Date.parse(waiting[0].since)) / 1000) }, false);
}, 5000);

function me(own) {
  const permissions = [...new Set(own.roles.flatMap((role) => PERMISSIONS[role] ?? []))];
  return { account: shown(own), permissions, expires_at: new Date(Date.now() + 8 * 3600e3).toISOString() };
}
function load(number) {
  return [...talks.values()].filter((talk) => talk.stage === 'assigned' && talk.agent.number === number).length;
}
const seat = ({ id: own, number, name, cap, groups: of }) => ({ id: own, number, name, state: presence.get(number)?.state ?? 'offline', load: load(number), cap, groups: of });

async function staff(method, path, body, headers, url, response) {
  const cookie = /bangban_desk=(\w+)/.exec(headers.cookie ?? '')?.[1];
  const own = sessions.get(cookie);
  const [what, one, act] = path;
  if (what === 'session' && method === 'POST') {
    const found = accounts.find((each) => each.login === body.login && each.password === body.password);
    if (!found) throw new Problem(401, '/problems/bad-login', '用户名或密码不对');
    const key = id(16);
    sessions.set(key, found);
    response.setHeader('set-cookie', `bangban_desk=${key}; HttpOnly; SameSite=Strict; Path=/api/v1`);
    return [200, me(found)];
  }
  if (!own) throw new Problem(401, '/problems/no-session', '请先登录');
  if (what === 'session' && method === 'GET') return [200, me(own)];
  if (what === 'session') return sessions.delete(cookie), [204];
  if (what === 'socket-ticket') {
    const ticket = id();
    tickets.set(ticket, own);
    return [200, { ticket, expires_at: new Date(Date.now() + 30e3).toISOString() }];
  }
  if (what === 'presence') {
    presence.set(own.number, { state: body.state, reason: body.reason ?? null });
    const { number, state, load: has, cap } = seat(own);
    emit('presence.changed', { number, state, load: has, cap }, false);
    return [200, { presence: body.state }];
  }
  if (what === 'colleagues') return [200, { colleagues: accounts.map(seat), groups }];
  if (what === 'canned' && method === 'GET') return [200, { canned, groups }];
  if (what === 'canned' && method === 'POST') return canned.push({ id: id(), ...forAll, owner: own.number, mine: true, ...body }), [201, canned[canned.length - 1]];
  if (what === 'canned') return canned.splice(canned.findIndex((each) => each.id === one), 1), [204];
  if (what === 'wall') {
    const all = [...talks.values()].filter((talk) => talk.log.length > 0);
    const longest = queued()[0];
    return [200, {
      waiting: queued().length, longest_wait_seconds: longest ? Math.round((Date.now() - Date.parse(longest.since)) / 1000) : 0, seats: accounts.map(seat),
      today: { asked: all.length + 41, claimed: 38, given_back: 4, closed: 35, solved: 29, unsolved: 6, messages_left: 3, called_back: 2, first_reply_seconds: { median: 24, p90: 71 } },
      by_hour: [9, 10, 11, 12, 13, 14, 15].map((hour) => ({ hour, asked: (hour * 7) % 11, claimed: (hour * 7) % 9 })),
    }];
  }
  if (what === 'proposals' && !one) return [200, { proposals: proposals.filter((each) => each.state === (url.searchParams.get('state') ?? 'open')) }];
  if (what === 'proposals') {
    const found = proposals.find((each) => each.id === one);
    return [200, Object.assign(found, { state: { accept: 'accepted', refuse: 'refused', withdraw: 'withdrawn' }[act], decided_by: own.number, decided_at: now() })];
  }
  if (what === 'work-items' && !one) return [200, { items: workItems.filter((each) => url.searchParams.get('open') !== 'true' || !each.done_at) }];
  if (what === 'work-items') return [200, Object.assign(workItems.find((each) => each.id === one), { done_at: now(), done_by: own.number, outcome: body.outcome })];
  if (what === 'cases' && !one) {
    const list = url.searchParams.get('list');
    const all = [...talks.values()].filter((talk) => talk.log.length > 0);
    const wanted = {
      waiting: queued(),
      mine: all.filter((talk) => talk.stage === 'assigned' && talk.agent === own),
      callback: all.filter((talk) => talk.stage === 'callback'),
      history: all.filter((talk) => talk.stage === 'closed' || talk.stage === 'bot'),
    }[list];
    return [200, { cases: wanted.map(row), next_before: null }];
  }
  const talk = talks.get(one);
  if (what !== 'cases' || !talk) throw new Problem(404, '/problems/no-such-path', '没有这个地址');
  if (!act) {
    const cards = talk.messages.flatMap(({ reply }) => (reply?.card ? [reply.card] : []));
    const card = cards[cards.length - 1];
    return [200, {
      row: row(talk), messages: talk.messages.filter(({ seq }) => seq > Number(url.searchParams.get('after') ?? 0)), notes: talk.notes, log: talk.log, rating: null,
      contact: talk.left?.contact !== undefined,
      brief: {
        question: talk.messages.find(({ kind }) => kind === 'citizen')?.text ?? '', why_text: row(talk).why_text, region: talk.region, person: true,
        candidates: talk.item ? [talk.item] : [], item: talk.item ? { code: talk.item.code, name: talk.item.name, case: card?.business_item ?? null } : null,
        answers: card?.questions.filter(({ chosen }) => chosen.length > 0).map(({ question, options, chosen }) => ({ question, answer: options.filter((o) => chosen.includes(o.id)).map((o) => o.label).join('、') })) ?? [],
        asked: ['要办哪一种？'], missing: ['在哪个旗县'], said: talk.messages.filter(({ kind }) => kind === 'citizen').map(({ text }) => text),
      },
    }];
  }
  if (act === 'suggestions') {
    const said = talk.messages.filter(({ kind }) => kind === 'citizen');
    const item = talk.item && { code: talk.item.code, name: talk.item.name, business_item: null, region: talk.region?.code ?? null, guide_region: talk.region };
    const reply = canned[1];
    return [200, {
      seq: said[said.length - 1]?.seq ?? 0,
      suggestions: [
        ...(item ? [{ kind: 'card', label: item.name, text: '需带 2 份材料', item, lines: [], canned: null }] : []),
        { kind: 'canned', label: reply.title, text: reply.text, item: null, lines: [], canned: reply },
      ],
    }];
  }
  if (act === 'contact') return [200, { name: null, phone: null, ...talk.left?.contact }];
  if (act === 'claim') {
    if (talk.stage !== 'queued') throw new Problem(409, '/problems/taken', `已由 ${talk.agent?.number ?? '别人'} 接入`);
    if (load(own.number) >= own.cap) throw new Problem(409, '/problems/full', '已达到同时接待的上限');
    Object.assign(talk, { stage: 'assigned', agent: own, claimedAt: now() });
    say(talk, { kind: 'event', event: 'agent.joined', text: `人工客服 ${own.number} 已接入。` });
    change(talk, 'claimed', own.number);
    return [200, { row: row(talk) }];
  }
  if (act === 'give-back') {
    talk.stage = 'bot';
    say(talk, { kind: 'event', event: 'handoff.given_back', text: '人工客服已结束服务，帮办助手继续回答。' });
    say(talk, { kind: 'event', event: 'rating.asked', text: '' });
    change(talk, 'given_back', own.number);
    return [200, { row: row(talk) }];
  }
  if (act === 'forward') {
    Object.assign(talk, { stage: 'queued', group: body.group ?? talk.group });
    say(talk, { kind: 'event', event: 'agent.left', text: '正在为您转接。' });
    change(talk, 'forwarded', own.number);
    return [200, { row: row(talk) }];
  }
  if (act === 'close') {
    Object.assign(talk, { stage: 'closed', closed: body.outcome, outcome: body.outcome });
    say(talk, { kind: 'event', event: 'conversation.closed', text: '人工客服已结束这次对话。' });
    change(talk, 'closed', own.number);
    return [200, { row: row(talk) }];
  }
  if (act === 'messages') {
    if (talk.names.has(body.client_msg_id)) return [201, { message: talk.names.get(body.client_msg_id) }];
    const card = body.item_code ? (await askJson(`/api/v1/items/${body.item_code}${body.region ? `?region=${body.region}` : ''}`)).card : null;
    const message = say(talk, { kind: 'agent', text: body.text ?? null, agent: { number: own.number }, card });
    talk.names.set(body.client_msg_id, message);
    return [201, { message }];
  }
  if (act === 'notes') {
    const note = { id: id(), at: now(), by: { number: own.number }, text: body.text };
    talk.notes.push(note);
    emit('case.changed', { row: row(talk), what: 'noted' });
    return [201, note];
  }
  if (act === 'typing') return tell(talk, body.on ? 'typing.on' : 'typing.off', { who: 'agent' }), [204];
  throw new Problem(404, '/problems/no-such-path', '没有这个地址');
}

function admin(method, path, body, url, response) {
  const [what, one] = path;
  if (what === 'accounts' && method === 'GET') return [200, { accounts: accounts.map(shown) }];
  if (what === 'accounts' && method === 'POST') {
    if (accounts.some((each) => each.login === body.login)) throw new Problem(422, '/problems/bad-field', 'login：已有这个登录名', { errors: { login: ['已有这个登录名'] } });
    accounts.push({ ...account(body.login, body.name, body.number, body.roles, body.groups), ...body, id: `A${id(3)}` });
    return [201, shown(accounts[accounts.length - 1])];
  }
  if (what === 'accounts') return [200, shown(Object.assign(accounts.find((each) => each.id === one), body))];
  if (what === 'audit' && one === 'verify') return [200, { ok: true, entries: audit.length, broken_at: null }];
  if (what === 'audit' && one === 'export') {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.end(audit.map((entry) => JSON.stringify(entry)).join('\n'));
    return null;
  }
  if (what === 'audit') return [200, { entries: audit.filter((entry) => entry.seq < Number(url.searchParams.get('before'))).reverse(), next: null }];
  if (what === 'webhooks') return [200, { targets: [{ name: 'portal', url: 'https://portal.example.gov.cn/hook', kinds: ['conversation.closed'], waiting: 0, dead: 1, last_sent: now() }] }];
  if (what === 'outbox' && !one) return [200, { events: [{ id: 'O1', target: 'portal', kind: 'conversation.closed', subject: '01X', at: now(), tries: 12, next_at: now(), fault: '502' }] }];
  if (what === 'outbox') return [200, {}];
  if (what === 'links') return [200, { links: [{ url: 'https://zwfw.nmg.gov.cn/', state: 'ok', checked_at: now() }] }];
  throw new Problem(404, '/problems/no-such-path', '没有这个地址');
}

// ---- doors ---------------------------------------------------------------------------------------------------------
const server = createServer(async (request, response) => {
  const url = new URL(request.url, `http://127.0.0.1:${port}`);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const raw = Buffer.concat(chunks);
  try {
    if (url.pathname === '/mock') {
      // For the tests: what the desk is said to be.
      mode = url.searchParams.get('desk') ?? '';
      // And for so many seconds no socket holds.
      deadUntil = Date.now() + 1000 * Number(url.searchParams.get('cut') ?? 0);
      if (url.searchParams.has('cut')) for (const socket of sockets) socket.destroy();
      return response.end('ok');
    }
    const path = url.pathname.split('/').filter((part) => part).map(decodeURIComponent);
    if (path[0] === 'api') {
      const body = raw.length > 0 ? JSON.parse(raw.toString()) : {};
      const [kind, ...rest] = path.slice(2);
      let answer;
      if (kind === 'conversations') answer = await conversations(request.method, rest, body, request.headers, url, response);
      else if (kind === 'desk') answer = await staff(request.method, rest, body, request.headers, url, response);
      else if (kind === 'admin') answer = admin(request.method, rest, body, url, response);
      else if (kind === 'service-hours') answer = [200, desk()];
      else if (kind === 'ratings') answer = [200, { answer: [{ id: 'wrong', label: '答非所问' }, { id: 'old', label: '内容过时' }], service: [{ id: 'slow', label: '等得太久' }, { id: 'rude', label: '态度不好' }] }];
      else {
        const { status, type, body: got } = await ask(request.url, { method: request.method, headers: { 'content-type': 'application/json', 'accept-language': request.headers['accept-language'] ?? '' }, ...(raw.length > 0 ? { body: raw } : {}) });
        response.writeHead(status, { 'content-type': type });
        return response.end(got);
      }
      if (!answer) return undefined;
      response.writeHead(answer[0], { 'content-type': 'application/json', 'cache-control': 'no-store' });
      return response.end(answer[1] === undefined ? undefined : JSON.stringify(answer[1]));
    }
    const name = { '/': 'index.html', '/desk': 'desk.html' }[url.pathname] ?? url.pathname.slice(1);
    const file = readFileSync(join(dist, name));
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'content-security-policy': POLICY });
    return response.end(file);
  } catch (error) {
    if (!(error instanceof Problem)) console.error(error);
    const { status = 500, type = '/problems/internal', detail = String(error), extra = {} } = error;
    if (response.headersSent) return response.end();
    response.writeHead(error.code === 'ENOENT' ? 404 : status, { 'content-type': 'application/problem+json' });
    return response.end(JSON.stringify({ type, title: '', status, detail, trace_id: 'T', ...extra }));
  }
});

// ---- the socket: RFC 6455, text frames up to 64 KiB each way ------------------------------------------------------
function frame(op, payload) {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x80 | op, length]) : length < 65536 ? Buffer.from([0x80 | op, 126, length >> 8, length & 255]) : Buffer.alloc(10);
  if (length >= 65536) {
    head[0] = 0x80 | op;
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([head, payload]);
}
const send = (socket, value) => socket.write(frame(1, Buffer.from(JSON.stringify(value))));

server.on('upgrade', (request, socket) => {
  if (Date.now() < deadUntil) return socket.destroy();
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const ticket = offered.find((one) => one.startsWith('ticket.'))?.slice(7);
  const own = tickets.get(ticket);
  tickets.delete(ticket);
  if (!own || !offered.includes('bangban.v1')) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: bangban.v1\r\n\r\n`);
  socket.own = own;
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => sockets.delete(socket));
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < 6) return;
      let size = rest[1] & 127;
      let at = 2;
      if (size === 126) (size = rest.readUInt16BE(2)), (at = 4);
      if (rest.length < at + 4 + size) return;
      const mask = rest.subarray(at, at + 4);
      const payload = Buffer.from(rest.subarray(at + 4, at + 4 + size)).map((byte, n) => byte ^ mask[n & 3]);
      const op = rest[0] & 15;
      rest = rest.subarray(at + 4 + size);
      if (op === 8) return socket.end(frame(8, payload));
      if (op !== 1) continue;
      const message = JSON.parse(payload.toString());
      if (message.type === 'ping') send(socket, { v: 1, type: 'pong', ts: now(), data: {} });
      if (message.type !== 'resume') continue;
      const { seq = 0 } = message.data ?? {};
      socket.ready = true;
      send(socket, { v: 1, type: 'ready', ts: now(), data: { seq: deskSeq, presence: presence.get(own.number)?.state ?? 'offline' } });
      if (seq > 0) for (const event of events.filter((one) => one.seq > seq)) send(socket, event);
    }
  });
});

server.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}, asking ${upstream}`));
