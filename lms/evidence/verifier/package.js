// The package: canonical JSON (RFC 8785), the zip, the proofs (eddsa-jcs-2022), the list of what is revoked. The same rules in
// Python: courseware/evidence.

const MANIFEST = "manifest.json", FORMAT = "shuyuan-evidence-1", DEEPEST = 40;

function canonical(value, depth = 0) {
  if (depth > DEEPEST) throw new Error("nested too deeply");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === "string") {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?:^|[^\ud800-\udbff])[\udc00-\udfff]/.test(value)) throw new Error("half a character");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  if (typeof value !== "object") throw new Error("no JSON");
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${canonical(name, depth)}:${canonical(value[name], depth + 1)}`).join(",")}}`;
}

const is_object = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// ---- zip: read, then write it again and compare, so that every byte of it matters

const number_of = (bytes, at, count) => {
  let number = 0;
  for (let byte = count - 1; byte >= 0; byte -= 1) number = number * 256 + (bytes[at + byte] || 0);
  return number;
};
const fields = (...pairs) => Uint8Array.from(pairs.flatMap(([value, count]) => Array.from({length: count}, (_, byte) => Math.floor(value / 256 ** byte) % 256)));
const FIXED = [[20, 2], [0, 2], [0, 2], [0, 2], [33, 2]];
const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;

function write_zip(files) {
  const body = [], directory = [];
  let place = 0;
  for (const [name, data] of files) {
    const sizes = [[crc32(data), 4], [data.length, 4], [data.length, 4], [name.length, 2], [0, 2]];
    const head = joined([fields([LOCAL, 4], ...FIXED, ...sizes), utf8(name)]);
    const where = [[0, 2], [0, 2], [0, 2], [0o100644 * 65536, 4], [place, 4]];
    directory.push(fields([CENTRAL, 4], [0x0314, 2], ...FIXED, ...sizes, ...where), utf8(name));
    body.push(head, data);
    place += head.length + data.length;
  }
  const listed = joined(directory);
  const end = fields([END, 4], [0, 2], [0, 2], [files.size, 2], [files.size, 2], [listed.length, 4], [place, 4], [0, 2]);
  return joined([...body, listed, end]);
}

function read_zip(bytes) {
  const files = new Map();
  let place = 0;
  while (number_of(bytes, place, 4) === LOCAL && files.size < 5000) {
    const size = number_of(bytes, place + 22, 4), start = place + 30 + number_of(bytes, place + 26, 1);
    const name = text_of(bytes.slice(place + 30, start));
    if (!/^[A-Za-z0-9._/-]{1,100}$/.test(name) || name.split("/").some((part) => ["", ".", ".."].includes(part))) throw new Error("name");
    if (files.has(name) || start + size > bytes.length) throw new Error("entry");
    files.set(name, bytes.slice(start, start + size));
    place = start + size;
  }
  if (!files.size || !same(write_zip(files), bytes)) throw new Error("bytes");
  return files;
}

// ---- keys and proofs

function key_of_method(name) {
  const found = /^did:key:z([1-9A-HJ-NP-Za-km-z]+)(?:#z([1-9A-HJ-NP-Za-km-z]*))?$/.exec(name);
  if (!found || (found[2] !== undefined && found[2] !== found[1])) throw new Error("no key");
  const bytes = from_base58(found[1]);
  if (bytes.length !== 34 || bytes[0] !== 0xed || bytes[1] !== 0x01) throw new Error("no Ed25519 key");
  return bytes.slice(2);
}

const fingerprint = (key) => hex(sha256(key)).slice(0, 32).toUpperCase().match(/.{4}/g).join(" ");

// "" when the proof of a document holds, else "unsupported", "malformed" or "forged".
function check_proof(document) {
  const proof = document.proof;
  if (!is_object(proof) || proof.type !== "DataIntegrityProof" || proof.cryptosuite !== "eddsa-jcs-2022") return "unsupported";
  if (proof.proofPurpose !== "assertionMethod") return "malformed";
  try {
    const {proofValue, ...config} = proof, {proof: _, ...unsigned} = document;
    if ("@context" in config) {
      const [whole, first] = [unsigned["@context"], config["@context"]].map((part) => (Array.isArray(part) ? part : [part]));
      if (canonical(whole.slice(0, first.length)) !== canonical(first)) return "malformed";
    }
    if (typeof proofValue !== "string" || proofValue[0] !== "z") return "malformed";
    const key = key_of_method(proof.verificationMethod), signature = from_base58(proofValue.slice(1));
    if (signature.length !== 64) return "malformed";
    const hashed = joined([config, unsigned].map((part) => sha256(utf8(canonical(part)))));
    return ed25519(key, hashed, signature) ? "" : "forged";
  } catch {
    return "malformed";
  }
}

// ---- the whole package: what is wrong with it, and what it says

function check_package(bytes) {
  const verdict = {faults: [], manifest: null, files: new Map(), documents: new Map()};
  const fault = (code, place) => verdict.faults.push({code, place});
  let files, manifest;
  try {
    files = read_zip(bytes);
    manifest = JSON.parse(text_of(files.get(MANIFEST)));
  } catch {
    fault("zip", "");
    return verdict;
  }
  verdict.files = new Map([...files].filter(([name]) => name !== MANIFEST));
  let written = "";
  try { written = canonical(manifest); } catch { /* what cannot be written is not what was signed */ }
  if (!is_object(manifest) || manifest.format !== FORMAT || !Array.isArray(manifest.files) || !same(utf8(written), files.get(MANIFEST))) {
    fault("manifest", MANIFEST);
    return verdict;
  }
  verdict.manifest = manifest;
  if (files.keys().next().value !== MANIFEST) fault("zip", MANIFEST);
  check_list(manifest, verdict, fault);
  if (check_proof(manifest)) fault("proof", MANIFEST);
  if (false_statement(manifest)) fault("chain", MANIFEST);
  check_documents(manifest, verdict, fault);
  return verdict;
}

function check_list(manifest, verdict, fault) {
  const names = [...verdict.files.keys()];
  if (canonical(manifest.files.map((one) => (is_object(one) ? one.name : null))) !== canonical(names)) {
    fault("list", MANIFEST);
    return;
  }
  for (const one of manifest.files) {
    const data = verdict.files.get(one.name);
    if (one.size !== data.length || one.sha256 !== hex(sha256(data))) fault("sum", one.name);
  }
}

function keys_of(manifest) {
  return Array.isArray(manifest.keys) ? manifest.keys.filter(is_object).map((one) => one.id) : [];
}

const signer_of = (document) => (is_object(document.proof) ? String(document.proof.verificationMethod).split("#")[0] : "");

function check_documents(manifest, verdict, fault) {
  const known = keys_of(manifest);
  if (!is_object(manifest.issuer) || manifest.issuer.id !== signer_of(manifest) || !known.includes(signer_of(manifest))) fault("key", MANIFEST);
  for (const [name, data] of verdict.files) {
    if (!name.endsWith(".json")) continue;
    let document = null;
    try { document = JSON.parse(text_of(data)); } catch { /* it stays null */ }
    if (!is_object(document) || check_proof(document)) { fault("credential", name); continue; }
    if (!known.includes(signer_of(document))) fault("key", name);
    verdict.documents.set(name, document);
  }
}

// ---- a new key is vouched for by the one before it (courseware/evidence/chain.py)

const MEMBERS = ["format", "from", "key", "proof", "replaces"];

// {old, new} that a statement says, null where it is none or is not signed by the very key that it says is replaced.
function link_of(said) {
  if (!is_object(said) || canonical(Object.keys(said).sort()) !== canonical(MEMBERS) || said.format !== "shuyuan-key-1") return null;
  try {
    for (const name of ["key", "replaces"]) { if (String(said[name]).includes("#")) return null; key_of_method(said[name]); }
  } catch { return null; }
  return said.key !== said.replaces && signer_of(said) === said.replaces && !check_proof(said) ? {old: said.replaces, new: said.key} : null;
}

const statements_of = (holder) => (is_object(holder) && Array.isArray(holder.keys) ? holder.keys.filter((one) => is_object(one) && one.vouched).map((one) => one.vouched) : []);

function false_statement(manifest) {
  const listed = Array.isArray(manifest.keys) ? manifest.keys.filter((one) => is_object(one) && one.vouched !== undefined && one.vouched !== null) : [];
  return listed.some((one) => (link_of(one.vouched) || {}).new !== one.id);
}

// The keys by which one of the keys `from` vouches for `end`, [] where none does.
function path_of(from, end, statements) {
  const links = statements.slice(0, 200).map(link_of).filter((one) => one), ways = from.map((one) => [one]), seen = new Set(from);
  for (const way of ways) {
    const last = way[way.length - 1];
    if (last === end) return way;
    for (const one of links) if (one.old === last && !seen.has(one.new)) { seen.add(one.new); ways.push([...way, one.new]); }
  }
  return [];
}

// ---- what is revoked: a signed list of bits (Bitstring Status List v1.0), packed without compression

function bits_of(list) {
  const text = list.credentialSubject.encodedList;
  const packed = text[0] === "u" ? from_base64url(text.slice(1)) : [];
  const size = number_of(packed, 11, 2);
  const stored = packed[0] === 31 && packed[1] === 139 && packed[2] === 8 && packed[3] === 0 && packed[10] === 1;
  const bits = packed.slice(15, 15 + size);
  if (!stored || (size ^ 0xffff) !== number_of(packed, 13, 2) || packed.length !== size + 23 || crc32(bits) !== number_of(packed, 15 + size, 4)) throw new Error("no list");
  return bits;
}

// Of the places that a package's documents have in lists: those that a list, which holds by itself, says are revoked.
function revoked_in(list, places) {
  if (!is_object(list) || check_proof(list) || !Array.isArray(list.type) || !list.type.includes("BitstringStatusListCredential")) throw new Error("no list");
  const bits = bits_of(list);
  return places.filter((one) => one.list === list.id && one.place < bits.length * 8 && bits[one.place >> 3] & (128 >> (one.place & 7)));
}

function places_of(verdict) {
  const holders = [[MANIFEST, verdict.manifest.credentialStatus], ...[...verdict.documents].map(([name, document]) => [name, document.credentialStatus])];
  return holders.filter(([, status]) => is_object(status)).map(([name, status]) => ({name, list: status.statusListCredential, place: Number(status.statusListIndex)}));
}

// ---- the words in the code of a printed paper: key, signature, facts

function check_paper(text) {
  const found = /#e1\.([A-Za-z0-9_-]{100,2000})$/.exec(text.trim());
  if (!found) return null;
  const bytes = from_base64url(found[1]), key = bytes.slice(0, 32), said = bytes.slice(96);
  if (!ed25519(key, joined([utf8("shuyuan-paper-1\0"), said]), bytes.slice(32, 96))) return null;
  return {key, facts: JSON.parse(text_of(said))};
}
