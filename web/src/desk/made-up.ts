import type { Card, Line, Material } from '../wire';

/** Cards for tests; nothing here is a real guide. */

export function line(label: string, value: string | null, field = label): Line {
  return { label, value, text: value ?? '指南未载明', citation: { id: `x#${field}`, field, sources: [] } };
}

export function material(name: string, more: Partial<Material> = {}): Material {
  return {
    name, quantity: null, form: null, necessity: null, source: null, source_note: null, license_name: null, blank_form: null, sample_form: null,
    fill_notes: null, accept_standard: null, basis: null, remark: null, state: 'needed', waits_for: [], citation: { id: `x#${name}`, field: `materials/${name}`, sources: [] },
    ...more,
  };
}

export function card(item: string, name: string, more: Partial<Card> & { list?: Material[] } = {}): Card {
  const { list = [], ...rest } = more;
  return {
    item, name, business_item: null, code: null, region: null, fit: 'own', synthetic: true, stale: false, version: null, updated_at: null, data_source: null,
    notices: [], questions: [], head: [],
    materials: { stated: true, summary: '', needed: list.length, waivable: 0, open: 0, list, citation: { id: 'x#materials', field: 'materials', sources: [] } },
    conditions: [], limits: [], channels: [], hall: null, online_url: null, mobile_url: null, flow: [], results: [], basis: [], faq: [],
    ...rest,
  };
}
